//! Counts the steps of parsing in tests, which check that they grow linearly with the text.

#[cfg(test)]
std::thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts examined characters. Does nothing outside tests.
pub(super) fn count_steps(_characters: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + _characters));
}

/// Returns the number of steps that `work` takes on this thread.
#[cfg(test)]
pub(super) fn steps_of(work: impl FnOnce()) -> usize {
    STEPS.with(|steps| steps.set(0));
    work();
    STEPS.with(std::cell::Cell::get)
}
