//! Counters of one name that differ in one label.

use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// Counters of one name that differ in one label. The label's values are constants, so there are few.
pub struct Counters {
    label: &'static str,
    family: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Counters {
    /// Returns counters whose values are exported from the start, at 0: what has not happened yet differs from what is unknown.
    pub fn new(label: &'static str, values: impl IntoIterator<Item = &'static str>) -> Self {
        let counters = Self { label, family: Family::default() };
        values.into_iter().for_each(|value| drop(counters.family.get_or_create(&[(label, value)])));
        counters
    }

    /// Adds one to the counter of this value.
    pub fn add(&self, value: &'static str) {
        self.family.get_or_create(&[(self.label, value)]).inc();
    }

    /// Registers the counters. The exported name ends in `_total`.
    pub(super) fn register(&self, registry: &mut Registry, name: &str, help: &str) {
        registry.register(name, help, self.family.clone());
    }
}
