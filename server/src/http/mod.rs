//! The HTTP server: from a listening socket to the routes of `api`, `gateway` and `pages`.
//!
//! | module | what it does |
//! | --- | --- |
//! | `server` | accepts connections, with bounds on all of them, and stops in order |
//! | `headers` | response headers that every route gets |
//! | `lingering_close` | closes a connection so that its last response arrives |
//! | `state` | what the routes share |

mod headers;
mod lingering_close;
mod server;
mod state;

pub use server::{CONNECTIONS_MAX, serve};
pub use state::AppState;
