//! The rules of Jimmy Chat as pure code: no clock, no network, no storage. The page, the server and every tool that speaks
//! the protocol use the same code.
//!
//! ARCHITECTURE.md has the order of the modules, which a test checks.
//!
//! | module | contents |
//! | --- | --- |
//! | `limits`, `error` | limits and error codes that clients rely on |
//! | `presence`, `faults` | presence states; faults that tests seed on purpose |
//! | `clock`, `ids`, `names`, `drafts` | validated values: times, ids, names, message bodies |
//! | `workspace` | settings of the whole installation |
//! | `openapi` | schemas of the validated values, with the feature `openapi`, which only the server enables |
//! | `event`, `record` | the entries of a channel, as clients read them and as servers write them to the log |
//! | `api`, `wire` | bodies of the HTTP API and frames of the socket |
//! | `sequencer` | the order of events: which records become events, and at which position |
//! | `timeline`, `rows` | the part of a channel that a page holds, and the rows it shows |
//! | `text`, `typing` | parsing of a message's text, and edits while it is written |

pub mod api;
pub mod clock;
pub mod drafts;
pub mod error;
pub mod event;
pub mod faults;
pub mod ids;
pub mod limits;
pub mod names;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod presence;
pub mod record;
pub mod rows;
pub mod sequencer;
pub mod text;
pub mod timeline;
pub mod typing;
pub mod wire;
pub mod workspace;
