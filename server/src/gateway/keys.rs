//! Servers that share their people share the key that signs sessions, too. One that has another key is named in the log, once:
//! whoever logs in at one of the two is refused at the other, and nothing else would say why.

use std::collections::BTreeSet;

use crate::ports::ephemeral::ServerStatus;

/// The living servers with another key, as far as they were named.
#[derive(Default)]
pub struct OtherKeys(BTreeSet<String>);

impl OtherKeys {
    /// Who has another key and was not named yet. A server of an older version says nothing of its key.
    pub fn unnamed(&mut self, own: &ServerStatus, known: &[ServerStatus]) -> Vec<String> {
        let others = known
            .iter()
            .filter(|other| other.name != own.name && other.key.is_some() && own.key.is_some() && other.key != own.key);
        let others: BTreeSet<String> = others.map(|other| other.name.clone()).collect();
        let unnamed = others.difference(&self.0).cloned().collect();
        // While nobody can be heard, those who were named are not forgotten.
        if !known.is_empty() {
            self.0 = others;
        }
        unnamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str, key: Option<&str>) -> ServerStatus {
        ServerStatus { name: name.into(), sockets: 0, is_draining: false, key: key.map(str::to_owned) }
    }

    #[test]
    fn who_has_another_key_is_named_once_for_as_long_as_it_has_it() {
        let (own, mut keys) = (server("a", Some("k")), OtherKeys::default());
        let same = [own.clone(), server("b", Some("k")), server("old", None)];
        let other = [own.clone(), server("b", Some("x")), server("c", Some("y"))];
        assert!(keys.unnamed(&own, &same).is_empty());
        assert_eq!(keys.unnamed(&own, &other), ["b", "c"]);
        assert!(keys.unnamed(&own, &other).is_empty());
        assert!(keys.unnamed(&own, &[]).is_empty());
        assert!(keys.unnamed(&own, &other).is_empty(), "they could not be heard for a moment");
        assert!(keys.unnamed(&own, &same).is_empty());
        assert_eq!(keys.unnamed(&own, &other[..2]), ["b"], "again, after it had been mended");
        assert!(OtherKeys::default().unnamed(&server("a", None), &other).is_empty());
    }
}
