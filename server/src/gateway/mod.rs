//! The socket: opened for a person, resumed from what the client holds, then frames both ways until one of the two goes.
//!
//! | module | what it does |
//! | --- | --- |
//! | `upgrade` | ④ Origin, session, limits |
//! | `resume` | the first frame: what is live from now on, and what was missed |
//! | `inbound` | ⑤ frames from the client |
//! | `unsettled` | what later sends wait behind |
//! | `markers` | read markers on their way to the database |
//! | `outbound` | ⑩ frames to the client |
//! | `drain` | a server that goes hands its sockets over |
//! | `announce` | tells other servers how this one is |
//! | `keys` | which of them has another signing key |
//! | `choose` | which server a client is led to |
//! | `stack` | the WebSocket stack: buffers, bounds, close codes |

mod announce;
mod choose;
mod drain;
mod inbound;
mod keys;
mod markers;
mod outbound;
mod resume;
pub mod stack;
mod unsettled;
mod upgrade;

pub use announce::{announce, status};
pub use choose::choose;
pub use drain::drain;
pub use resume::RESUMES_READING;
pub use upgrade::router;
