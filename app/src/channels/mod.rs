//! Channels: the sidebar, the browser of all channels, a new one, and who is in one.

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
