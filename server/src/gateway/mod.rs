//! The WebSocket of a client: authenticated, resumed from what the client holds, then frames both ways until either side closes it.
//!
//! | module | what it does |
//! | --- | --- |
//! | `state` | the handles that sockets need |
//! | `upgrade` | ④ authenticates the upgrade and runs the socket |
//! | `resume` | answers the first frame: subscriptions, and the events that the client missed |
//! | `wait_for_log` | waits until this server has read what the client holds |
//! | `inbound` | ⑤ acts on frames of the client |
//! | `send_order` | keeps the order of a client's messages when the outcome of one is unknown |
//! | `outbound` | ⑩ sends frames to the client |
//! | `websocket` | buffers, limits and close codes of the WebSocket stack |

mod inbound;
mod outbound;
mod resume;
mod send_order;
mod state;
mod upgrade;
mod wait_for_log;
pub mod websocket;

pub use state::{Gateway, Handles};
pub use upgrade::router;
