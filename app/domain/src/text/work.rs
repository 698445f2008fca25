//! How much work reading a text is, counted in tests: it has to grow as the text does.

#[cfg(test)]
std::thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Some characters were looked at.
pub(super) fn looked_at(_characters: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + _characters));
}

/// The steps of some work on this thread.
#[cfg(test)]
pub(super) fn steps_of(work: impl FnOnce()) -> usize {
    STEPS.with(|steps| steps.set(0));
    work();
    STEPS.with(std::cell::Cell::get)
}
