//! What may be lost: who is there, who is writing, and how far a person has read on another device. Nothing of it is kept.
//!
//! | module | what it does |
//! | --- | --- |
//! | `hear` | what servers say to each other in passing |
//! | `typing` | who is writing |
//! | `people` | who is there: by the sockets here, and by what other servers say |
//! | `watchers` | who wants to know that, of which channel, and what they were told |
//! | `board` | both of them, shared |
//! | `rounds` | tells the watchers, and the other servers |

mod board;
mod hear;
mod people;
mod rounds;
mod typing;
mod watchers;

pub use board::Board;
pub use hear::hear;
pub use rounds::rounds;
pub use typing::{TypingRate, typing};
