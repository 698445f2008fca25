//! Errors that several features share.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `operator` | why a command or the server ends, as a sentence for the operator |
//! | `refused` | why a request is refused, and when to retry |
//! | `problem` | a refusal as an HTTP response |

mod operator;
pub mod problem;
mod refused;

pub use operator::{Context, OperatorError, chain};
pub use problem::Problem;
pub use refused::Refused;
