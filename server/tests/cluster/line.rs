//! A line between servers and a service, which a test cuts, slows down or tears.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The traffic that a line lets through.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Passes {
    /// All bytes, in both directions, without delay.
    All,
    /// Requests of servers, and no answers.
    Requests,
    /// Nothing. It is held back, as a network does that sends it again until it arrives.
    Nothing,
    /// Everything, at 64 kbit/s each way.
    Slowly,
}

/// Bytes and interval of a slow connection: 64 kbit/s.
const SLOW_BYTES: usize = 160;
const SLOW_EVERY: Duration = Duration::from_millis(20);

/// A line, on a port of its own.
pub struct Line {
    /// Where servers reach the service through it.
    pub port: u16,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    passes: Passes,
    ends: Vec<TcpStream>,
}

impl Line {
    /// One through which everything passes, to a service on this port; it may come later.
    pub fn to(service: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Mutex::new(Shared { passes: Passes::All, ends: Vec::new() }));
        let line = Self { port, shared: shared.clone() };
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", service)) else { continue };
                let both = [(&near, &far, true), (&far, &near, false)];
                for (from, to, is_request) in both {
                    let (from, to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                    let shared = shared.clone();
                    std::thread::spawn(move || carry(from, to, is_request, &shared));
                }
                locked(&shared).ends.extend([near, far]);
            }
        });
        line
    }

    /// From now on this passes.
    pub fn set(&self, passes: Passes) {
        locked(&self.shared).passes = passes;
    }

    /// Breaks all connections: bytes that were held back are lost. New connections work.
    pub fn tear(&self) {
        let mut shared = locked(&self.shared);
        shared.ends.drain(..).for_each(|end| drop(end.shutdown(Shutdown::Both)));
        shared.passes = Passes::All;
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, is_request: bool, shared: &Mutex<Shared>) {
    let mut buffer = [0; 16_384];
    loop {
        let passes = locked(shared).passes;
        let most = if passes == Passes::Slowly { SLOW_BYTES } else { buffer.len() };
        let Ok(read @ 1..) = from.read(&mut buffer[..most]) else { break };
        while !may_pass(locked(shared).passes, is_request) {
            std::thread::sleep(SLOW_EVERY);
        }
        if locked(shared).passes == Passes::Slowly {
            std::thread::sleep(SLOW_EVERY);
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn may_pass(passes: Passes, is_request: bool) -> bool {
    match passes {
        Passes::All | Passes::Slowly => true,
        Passes::Requests => is_request,
        Passes::Nothing => false,
    }
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
