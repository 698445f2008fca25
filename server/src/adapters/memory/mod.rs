//! What one server alone needs no service for: ephemeral signals within this process, and no shared cache.

mod backend;
mod ephemeral;
mod recent;

pub use backend::Memory;
pub use ephemeral::LocalEphemeral;
pub use recent::NoRecentHistory;
