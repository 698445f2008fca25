//! The abuse list: attacks and broken clients. The number of each test is its row in `docs/abuse.md`.

mod a_limits;
mod a_passwords;
mod b_sessions;
mod b_tokens;
mod c_cross_site;
mod c_redirects;
mod d_authorization;
mod d_channels;
mod d_fields;
mod database;
mod e_socket;
mod forger;
#[path = "../common/process.rs"]
mod process;
mod raw;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/stack.rs"]
mod stack;
mod written;

/// The program itself.
const PROGRAM: &str = env!("CARGO_BIN_EXE_jimmy-chat");
