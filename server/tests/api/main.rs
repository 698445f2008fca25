//! The server from outside: real HTTP, real sockets, a data folder of each test's own.

mod accounts;
mod alone;
mod backup;
mod calls;
mod channels;
mod crashes;
#[path = "../abuse/database.rs"]
mod database;
mod disk_full;
mod doctor;
mod messages;
mod metrics;
mod pages;
mod presence;
#[path = "../common/process.rs"]
mod process;
mod proxy;
mod reading;
mod refusals;
#[path = "../common/server.rs"]
mod server;
mod sessions;
mod socket;
#[path = "../common/stack.rs"]
mod stack;
mod straight_line;
mod workspace;
