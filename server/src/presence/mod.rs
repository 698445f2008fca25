//! What may be lost: who is writing, and how far a person has read on another device. Nothing of it is kept.

mod hear;
mod typing;

pub use hear::hear;
pub use typing::{TypingRate, typing};
