//! The pages of Jimmy Chat, by feature. The server renders them; in the browser they come alive and go on from there.
//!
//! | module | what it shows or does |
//! | --- | --- |
//! | `auth` | log in, sign up, set up, and what their forms ask of the server |
//! | `channels` | the sidebar, the channel browser, a new channel, the members |
//! | `conversation` | ⑪ header and messages of the open channel |
//! | `composer` | ① ② the field, drafts, what is not sent yet |
//! | `connection` | ③ ⑪ the socket, and the line that says how it is |
//! | `keys` | what keys do wherever one is |
//! | `presence` | who is there, who is writing |
//! | `route` | which page an address shows |
//! | `settings` | looks, language, log-ins, the workspace |
//! | `ui` | words, icons, avatars, times |

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
pub use pages::App;
