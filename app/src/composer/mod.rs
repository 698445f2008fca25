//! ① The composer: the text field, and the drafts.

pub mod actions;
pub mod draft;
mod field;
mod input;

pub use input::Composer;
