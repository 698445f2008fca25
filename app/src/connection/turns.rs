//! Work of which one piece runs at a time for each channel. What is asked for meanwhile is one piece more, afterwards.

use domain::ids::ChannelId;

/// Who has the turn. Bounded by the channels that are open on this page.
#[derive(Clone, Debug)]
pub struct Turns<T>(Vec<(ChannelId, Option<T>)>);

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Turns<T> {
    /// The work, if it may begin at once. Otherwise the greatest piece of what was asked for runs when the present one ends.
    pub fn begin(&mut self, channel: &ChannelId, work: T) -> Option<T> {
        match self.0.iter_mut().find(|(busy, _)| busy == channel) {
            Some((_, next)) => {
                *next = next.take().max(Some(work));
                None
            }
            None => {
                self.0.push((channel.clone(), None));
                Some(work)
            }
        }
    }

    /// A piece has ended, and may itself have left something to do. What comes next; nothing ends the turn.
    pub fn end(&mut self, channel: &ChannelId, left: Option<T>) -> Option<T> {
        let at = self.0.iter().position(|(busy, _)| busy == channel)?;
        let next = self.0[at].1.take().max(left);
        if next.is_none() {
            self.0.swap_remove(at);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_one_more_for_all_that_was_asked_meanwhile() {
        let (here, there) = ("here".parse().unwrap(), "there".parse().unwrap());
        let mut turns = Turns::default();
        assert_eq!(turns.begin(&here, false), Some(false));
        assert_eq!(turns.begin(&there, true), Some(true), "another channel does not wait");
        for asked in [false, true, false] {
            assert_eq!(turns.begin(&here, asked), None);
        }
        assert_eq!(turns.end(&here, Some(false)), Some(true), "the greatest of them");
        assert_eq!(turns.end(&here, Some(false)), Some(false), "what the work itself left");
        assert_eq!(turns.end(&here, None), None);
        assert_eq!(turns.begin(&here, false), Some(false), "free again");
    }
}
