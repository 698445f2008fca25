//! All that the page knows of presence. It subscribes to what the server sends.

use super::{activity::Activity, members::MemberPresence, typing::Typing};
use crate::connection::{Link, ServerEvent};

/// Presence and typing.
#[derive(Clone, Copy)]
pub struct PresenceModel {
    /// The activity of this device.
    pub activity: Activity,
    /// The members of the watched channel.
    pub members: MemberPresence,
    /// The members that are typing.
    pub typing: Typing,
}

impl Default for PresenceModel {
    fn default() -> Self {
        Self { activity: Activity::new(), members: MemberPresence::new(), typing: Typing::new() }
    }
}

impl PresenceModel {
    /// Subscribes to the link, and follows the activity of this device. Called once, in the browser.
    pub fn start(self, link: Link) {
        link.subscribe(move |event| self.on_event(event));
        self.activity.start();
    }

    fn on_event(self, event: &ServerEvent) {
        match event {
            ServerEvent::Welcome(..) => {
                self.activity.on_welcome();
                self.members.on_welcome();
            }
            ServerEvent::Event(event) => self.typing.on_event(event),
            ServerEvent::Typing(channel, member) => self.typing.on_typing(channel, member),
            ServerEvent::Presence(channel, states) => self.members.on_presence(channel, states),
            _ => {}
        }
    }
}
