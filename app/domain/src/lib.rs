//! The rules of Jimmy Chat as pure code: no clock, no network, no storage. The page, the server and every tool that speaks
//! the protocol use the same code.
//!
//! A module names only modules above it in this table:
//!
//! | module | contents |
//! | --- | --- |
//! | `limits`, `error` | limits and error codes that clients rely on |
//! | `presence`, `faults` | presence states; faults that tests seed on purpose |
//! | `clock`, `ids`, `names`, `drafts` | validated values: times, ids, names, message bodies |
//! | `workspace` | settings of the whole installation |
//! | `event`, `record` | the entries of a channel, as clients read them and as servers write them to the log |
//! | `api`, `wire` | bodies of the HTTP API and frames of the socket |
//! | `sequencer` | the order of events: which records become events, and at which position |
//! | `timeline`, `rows` | the part of a channel that a page holds, and the rows it shows |
//! | `text`, `typing` | parsing of a message's text, and edits while it is written |
//!
//! The feature `openapi` derives OpenAPI schemas for the types of the HTTP API. Only the server enables it.

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
