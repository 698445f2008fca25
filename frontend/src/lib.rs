//! The WASM entry point: the page that the server sent comes alive.

use app::{
    App, Boot,
    api_client::json::{self, Read},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

/// Called by `start.js` once the WASM is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(boot) = boot() else {
        leptos::logging::error!("this page has not said what it begins with; it stays as it is");
        return;
    };
    leptos::mount::hydrate_body(move || {
        provide_context(boot.clone());
        view! { <App/> }
    });
}

/// What the server rendered the page from.
fn boot() -> Option<Boot> {
    let template = document().get_element_by_id("boot")?.dyn_into::<web_sys::HtmlTemplateElement>().ok()?;
    Boot::read(&json::parse(&template.content().text_content()?)?)
}
