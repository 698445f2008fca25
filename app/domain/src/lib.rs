//! The rules of Jimmy Chat, pure: no clock, no network, no store. The same code runs in the page, in the server and in
//! every tool that speaks the protocol.
//!
//! | module | what it decides |
//! | --- | --- |
//! | `ids`, `names`, `drafts` | what a person may call things and say: `parse()` is the only door |
//! | `workspace` | what everybody here has in common |
//! | `event`, `record` | what a channel's log holds, as read by people and as written by servers |
//! | `sequencer` | the one order: which records become events, and where |
//! | `timeline`, `rows` | what a page shows of a channel |
//! | `text` | what a message's text shows: a small Markdown, in typed nodes |
//! | `typing` | what keys do to a text that is being written |
//! | `wire`, `api`, `presence`, `error`, `limits` | what programs rely on |

pub mod api;
pub mod clock;
pub mod drafts;
pub mod error;
pub mod event;
pub mod faults;
pub mod ids;
pub mod limits;
pub mod names;
pub mod presence;
pub mod record;
pub mod rows;
pub mod sequencer;
pub mod text;
pub mod timeline;
pub mod typing;
pub mod wire;
pub mod workspace;
