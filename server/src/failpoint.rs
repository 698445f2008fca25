//! Places where a test lets the process fail: named after what stands just before or after them, and nothing at all without
//! the feature `failpoints`. `FAILPOINTS="projector.before-apply=3*off->panic"` in the environment says what happens there.

/// Execution is here.
#[cfg(feature = "failpoints")]
pub fn reached(name: &str) {
    fail::eval(name, |_| ());
}

/// Execution is here.
#[cfg(not(feature = "failpoints"))]
pub const fn reached(_name: &str) {}

/// Whether what comes next is to fail.
#[cfg(feature = "failpoints")]
pub fn fails(name: &str) -> bool {
    fail::eval(name, |_| ()).is_some()
}

/// Whether what comes next is to fail.
#[cfg(not(feature = "failpoints"))]
pub const fn fails(_name: &str) -> bool {
    false
}

/// Reads the environment. A panic then ends the process at once, as a loss of power would.
#[cfg(feature = "failpoints")]
pub fn arm() {
    // Kept for as long as the process lives: dropping it would disarm everything.
    std::mem::forget(fail::FailScenario::setup());
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
}

/// There is nothing to arm.
#[cfg(not(feature = "failpoints"))]
pub const fn arm() {}
