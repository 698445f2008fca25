//! The directory: accounts, sessions, channels and memberships, the outbox, and the workspace. It holds what needs uniqueness, in
//! ordinary transactions: every call takes effect completely or not at all, and is visible to all servers when it returns.

mod accounts;
mod channels;
mod error;
mod outbox;
mod sessions;
mod workspace;

pub use accounts::{AccountDraft, AccountStore, Login};
pub use channels::{
    Change, ChannelDraft, ChannelQuery, ChannelRow, ChannelStore, HALL_PARTITION, MembershipDraft, ReadMark,
};
pub use error::ChangeError;
pub use outbox::{OutboxRow, OutboxStore};
pub use sessions::{LiveSession, SessionDraft, SessionRow, SessionStore, Spent};
pub use workspace::WorkspaceStore;

/// All five stores. One database holds them, because their changes share transactions.
pub trait Directory: AccountStore + SessionStore + ChannelStore + OutboxStore + WorkspaceStore {}

impl<T: AccountStore + SessionStore + ChannelStore + OutboxStore + WorkspaceStore> Directory for T {}
