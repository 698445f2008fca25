//! Finds peers with another signing key. Servers that share accounts have to share the key: each refuses the sessions of a server
//! with another one, and nothing else reports why.

use std::collections::BTreeSet;

use crate::ports::ephemeral::ServerStatus;

/// Names of the running servers with another key that were reported.
#[derive(Default)]
pub(super) struct OtherKeys(BTreeSet<String>);

impl OtherKeys {
    /// Returns the servers with another key that were not reported yet. A server of an older version announces no key.
    pub(super) fn unreported(&mut self, own: &ServerStatus, known: &[ServerStatus]) -> Vec<String> {
        let others = known
            .iter()
            .filter(|other| other.name != own.name && other.key.is_some() && own.key.is_some() && other.key != own.key);
        let others: BTreeSet<String> = others.map(|other| other.name.clone()).collect();
        let unreported = others.difference(&self.0).cloned().collect();
        // While no server can be read, those that were reported are not forgotten.
        if !known.is_empty() {
            self.0 = others;
        }
        unreported
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str, key: Option<&str>) -> ServerStatus {
        ServerStatus { name: name.into(), sockets: 0, is_draining: false, key: key.map(str::to_owned) }
    }

    #[test]
    fn reports_another_key_once() {
        let (own, mut keys) = (server("a", Some("k")), OtherKeys::default());
        let same = [own.clone(), server("b", Some("k")), server("old", None)];
        let other = [own.clone(), server("b", Some("x")), server("c", Some("y"))];
        assert!(keys.unreported(&own, &same).is_empty());
        assert_eq!(keys.unreported(&own, &other), ["b", "c"]);
        assert!(keys.unreported(&own, &other).is_empty());
        assert!(keys.unreported(&own, &[]).is_empty());
        assert!(keys.unreported(&own, &other).is_empty(), "they could not be read for a moment");
        assert!(keys.unreported(&own, &same).is_empty());
        assert_eq!(keys.unreported(&own, &other[..2]), ["b"], "again, after it was correct");
        assert!(OtherKeys::default().unreported(&server("a", None), &other).is_empty());
    }
}
