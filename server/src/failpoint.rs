//! Points at which a test makes the process fail, each named after the step just before or after it. Without the feature
//! `failpoints` they do nothing. The environment sets what happens: `FAILPOINTS="projector.before-apply=3*off->panic"`.

/// Runs the action that is set for this failpoint.
#[cfg(feature = "failpoints")]
pub fn reached(name: &str) {
    fail::eval(name, |_| ());
}

/// Runs the action that is set for this failpoint.
#[cfg(not(feature = "failpoints"))]
pub const fn reached(_name: &str) {}

/// Returns whether the next operation has to fail.
#[cfg(feature = "failpoints")]
pub fn fails(name: &str) -> bool {
    fail::eval(name, |_| ()).is_some()
}

/// Returns whether the next operation has to fail.
#[cfg(not(feature = "failpoints"))]
pub const fn fails(_name: &str) -> bool {
    false
}

/// Reads the actions from the environment. From then on a panic ends the process at once, as a loss of power does.
#[cfg(feature = "failpoints")]
pub fn arm() {
    // Never dropped: a drop would remove all actions.
    std::mem::forget(fail::FailScenario::setup());
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
}

/// Does nothing without the feature.
#[cfg(not(feature = "failpoints"))]
pub const fn arm() {}
