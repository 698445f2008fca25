//! The pages of Jimmy Chat. The server renders them, and in the browser they are hydrated.
//!
//! A module names only modules above it in this table.
//!
//! | module | contents |
//! | --- | --- |
//! | `boot`, `backend` | what a page starts from; what it needs of the server |
//! | `ui` | words, icons, avatars, times |
//! | `route` | which page an address shows |
//! | `store` | the state of the page |
//! | `api_client` | calls of the HTTP API |
//! | `outbox` | ② ③ messages that are not acknowledged, and the sender |
//! | `connection` | ③ ⑪ the socket, and the link |
//! | `presence`, `announcer`, `toasts`, `keys` | presence and typing, screen readers, toasts, keyboard shortcuts |
//! | `composer` | ① the text field, and drafts |
//! | `channels` | the sidebar, the channel browser, a new channel, the members |
//! | `conversation` | ⑪ header and messages of the open channel |
//! | `settings`, `auth` | settings; login, sign-up, set-up |
//! | `pages`, `shell` | all pages; the document around them |

#![recursion_limit = "256"]

pub mod announcer;
pub mod api_client;
pub mod auth;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod boot;
pub mod channels;
pub mod composer;
pub mod connection;
pub mod conversation;
pub mod keys;
pub mod outbox;
mod pages;
pub mod presence;
pub mod route;
pub mod settings;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod store;
pub mod toasts;
pub mod ui;

pub use boot::Boot;
pub use pages::{App, load_rendered};
