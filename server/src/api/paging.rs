//! Paging of lists.

use domain::limits::{PAGE, PAGE_MAX};
use serde::Deserialize;
use utoipa::IntoParams;

/// Number of items on a page, from 1 to [`PAGE_MAX`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "usize")]
pub struct PageSize(usize);

impl Default for PageSize {
    fn default() -> Self {
        Self(PAGE)
    }
}

impl TryFrom<usize> for PageSize {
    type Error = String;
    fn try_from(number: usize) -> Result<Self, String> {
        (1..=PAGE_MAX).contains(&number).then_some(Self(number)).ok_or_else(|| format!("not between 1 and {PAGE_MAX}"))
    }
}

impl PageSize {
    pub(super) fn get(self) -> usize {
        self.0
    }
}

/// Selects a page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next` of the page before; the first page if it is left out. Opaque.
    #[param(value_type = String, required = false)]
    pub cursor: Option<String>,
    /// How many items the page may have.
    #[serde(default)]
    #[param(value_type = domain::openapi::PageSize, required = false)]
    pub limit: PageSize,
}
