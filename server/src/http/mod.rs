//! The HTTP server: from a listening socket to the routes of `api`, `gateway` and `pages`.
//!
//! | module | what it does |
//! | --- | --- |
//! | `server` | accepts connections, with bounds on all of them, and stops in order |
//! | `headers` | response headers that every route gets |
//! | `lingering_close` | closes a connection so that its last response arrives |

mod headers;
mod lingering_close;
mod server;

pub use server::{CONNECTIONS_MAX, Server};
