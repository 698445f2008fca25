//! The socket: opened for a person, resumed from what the client holds, then frames both ways until one of the two goes.
//!
//! | module | what it does |
//! | --- | --- |
//! | `upgrade` | ④ Origin, session, limits |
//! | `resume` | the first frame: what is live from now on, and what was missed |
//! | `caught_up` | waits until what the client holds was read here, too |
//! | `inbound` | ⑤ frames from the client |
//! | `unsettled` | what later sends wait behind |
//! | `markers` | read markers on their way to the database |
//! | `outbound` | ⑩ frames to the client |
//! | `drain` | a server that goes hands its sockets over |
//! | `elsewhere` | a server that the log does not answer leads people to others |
//! | `announce` | tells other servers how this one is |
//! | `keys` | which of them has another signing key |
//! | `choose` | which server a client is led to |
//! | `stack` | the WebSocket stack: buffers, bounds, close codes |

mod announce;
mod caught_up;
mod choose;
mod drain;
mod elsewhere;
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
pub use elsewhere::{lead_elsewhere, watch_directory};
pub use resume::RESUMES_READING;
pub use upgrade::router;
