//! Icons and drawings of one sprite.

use leptos::prelude::*;

use super::context::use_ui;

fn symbol(name: &str) -> String {
    format!("{}/icons.svg#{name}", use_ui().assets)
}

/// An icon of 20 pixels.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! { <svg class="i" aria-hidden="true"><use_ href=symbol(name)></use_></svg> }
}

/// An icon of 16 pixels.
#[component]
pub fn SmallIcon(name: &'static str) -> impl IntoView {
    view! { <svg class="i s" aria-hidden="true"><use_ href=symbol(name)></use_></svg> }
}

/// The logo of the product.
#[component]
pub fn Mark() -> impl IntoView {
    view! { <svg class="mark" viewBox="0 0 64 64" aria-hidden="true"><use_ href=symbol("mark")></use_></svg> }
}

/// The drawing of an empty state.
#[component]
pub fn Art(name: &'static str) -> impl IntoView {
    view! { <svg class="art" viewBox="0 0 160 112" aria-hidden="true"><use_ href=symbol(name)></use_></svg> }
}
