//! One request at a time for each channel. Requests made meanwhile are merged into one, which runs afterwards.

use domain::ids::ChannelId;

/// Channels with a request that is running, each with the next request. Bounded by the channels that are open on this page.
#[derive(Clone, Debug, Default)]
pub struct Turns(Vec<(ChannelId, Option<bool>)>);

impl Turns {
    /// Returns the request if it may start at once. Otherwise one merged request, true if any waiting one is true, starts when the current one
    /// ends.
    pub fn begin(&mut self, channel: &ChannelId, request: bool) -> Option<bool> {
        match self.0.iter_mut().find(|(busy, _)| busy == channel) {
            Some((_, next)) => {
                *next = (*next).max(Some(request));
                None
            }
            None => {
                self.0.push((channel.clone(), None));
                Some(request)
            }
        }
    }

    /// Ends a request, which may need another one itself (`own`). Returns the next request; `None` frees the channel.
    pub fn end(&mut self, channel: &ChannelId, own: Option<bool>) -> Option<bool> {
        let at = self.0.iter().position(|(busy, _)| busy == channel)?;
        let next = self.0[at].1.take().max(own);
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
    fn runs_one_request_per_channel_and_one_more_after_it() {
        let (here, there) = ("here".parse().unwrap(), "there".parse().unwrap());
        let mut turns = Turns::default();
        assert_eq!(turns.begin(&here, false), Some(false));
        assert_eq!(turns.begin(&there, true), Some(true), "another channel does not wait");
        for request in [false, true, false] {
            assert_eq!(turns.begin(&here, request), None);
        }
        assert_eq!(turns.end(&here, Some(false)), Some(true), "the greatest of them");
        assert_eq!(turns.end(&here, Some(false)), Some(false), "what the request itself needs");
        assert_eq!(turns.end(&here, None), None);
        assert_eq!(turns.begin(&here, false), Some(false), "free again");
    }
}
