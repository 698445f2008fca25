//! Channels: the sidebar, the switcher, the channel browser, the form for a new channel, and the members.

pub mod actions;
mod browser;
mod create;
mod members;
mod sidebar;
mod switcher;

pub use browser::ChannelsPage;
pub use create::NewChannelPage;
pub use members::MemberPanel;
pub use sidebar::Sidebar;
pub use switcher::Switcher;
