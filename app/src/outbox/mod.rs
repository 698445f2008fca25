//! Messages that this user has sent and the server has not acknowledged.

pub mod flow;
pub mod leader;
pub mod storage;
