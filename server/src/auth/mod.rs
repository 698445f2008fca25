//! Who somebody is: accounts, passwords, sessions, tokens, and which pages may speak for a person.
//!
//! | module | what it decides |
//! | --- | --- |
//! | `accounts` | sign up, log in, a new password |
//! | `log_ins` | a session's tokens, the list of them, log out |
//! | `attempts` | how often one may try to log in or sign up |
//! | `names` | which two names are the same name |
//! | `password` | hashing behind a gate, and what is too weak |
//! | `sessions` | whether a session still lives; every use asks |
//! | `last_used` | when each session was last used |
//! | `tokens` | the signed tokens that name a session |
//! | `identity` | from a request's header or cookie to a person |
//! | `peer` | where a request comes from |
//! | `origin` | which pages may change something with the browser's cookie |

pub mod accounts;
mod attempts;
pub mod cookies;
mod identity;
mod last_used;
pub mod log_ins;
pub mod names;
mod origin;
pub mod password;
mod peer;
mod sessions;
mod tokens;

pub use attempts::Attempts;
pub use identity::{Identity, bearer, by_token, identify};
pub use last_used::write_down as write_down_last_uses;
pub use origin::{guard, is_ours};
pub use peer::{Peer, Remote, TrustedProxies};
pub use sessions::Sessions;
pub use tokens::{Audience, PAGE_SESSION_S, Tokens};
