//! Kinds of toasts.

/// A short message about what has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toast {
    /// The link to a message was copied.
    LinkCopied,
    /// The text of a message was copied.
    TextCopied,
    /// All channels were marked as read.
    AllMarkedRead,
    /// The user left a channel: [`super::Store::last_left`].
    LeftChannel,
}

impl Toast {
    /// Returns whether the toast offers to undo what was done.
    pub fn can_be_undone(self) -> bool {
        matches!(self, Toast::AllMarkedRead | Toast::LeftChannel)
    }
}
