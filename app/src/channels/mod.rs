//! Channels: the sidebar, the switcher, the channel browser, the form for a new channel, and the members.

pub mod actions;
mod browser;
mod create;
mod members;
mod sidebar;
mod switcher;

pub use browser::ChannelsPage;
pub(crate) use browser::load_browser;
pub use create::NewChannelPage;
pub(crate) use create::load_create;
pub use members::MemberPanel;
pub(crate) use members::load_panel;
pub use sidebar::Sidebar;
pub use switcher::Switcher;
