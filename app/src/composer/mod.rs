//! What a person is about to say: the field, its draft, and what has not been sent yet.

pub mod actions;
pub mod draft;
mod field;
mod input;

pub use input::Composer;
