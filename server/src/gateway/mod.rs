//! The socket: opened by a user, resumed from what the client holds, then frames both ways until either side closes it.
//!
//! | module | what it does |
//! | --- | --- |
//! | `state` | what sockets need of the server |
//! | `upgrade` | ④ checks Origin, session and limits |
//! | `resume` | answers the first frame: subscribes the socket and sends what it missed |
//! | `caught_up` | waits until this server has read what the client holds |
//! | `inbound` | ⑤ handles frames from the client |
//! | `unsettled` | what later sends wait behind |
//! | `outbound` | ⑩ writes frames to the client |
//! | `stack` | the WebSocket stack: buffers, bounds, close codes |

mod caught_up;
mod inbound;
mod outbound;
mod resume;
pub mod stack;
mod state;
mod unsettled;
mod upgrade;

pub use state::{Gateway, Handles};
pub use upgrade::router;
