//! ② ③ Messages that this user has sent and the server has not acknowledged: kept on this device, and sent in order by one tab.

mod flow;
mod leader;
mod queue;
mod sender;
mod storage;

pub use queue::{Outbox, OutboxEvent};
pub use sender::Sender;
