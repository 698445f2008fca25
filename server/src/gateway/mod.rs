//! The socket: opened for a person, resumed from what the client holds, then frames both ways until one of the two goes.
//!
//! | module | what it does |
//! | --- | --- |
//! | `upgrade` | ④ Origin, session, limits |
//! | `resume` | the first frame: what is live from now on, and what was missed |
//! | `inbound` | ⑤ frames from the client |
//! | `outbound` | ⑩ frames to the client |

mod inbound;
mod outbound;
mod resume;
mod upgrade;

pub use resume::RESUMES_READING;
pub use upgrade::router;
