//! The WASM entry point: it hydrates the page that the server has sent.

use app::{
    App, Boot,
    api_client::json::{self, Read},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

/// Hydrates the page. `start.js` calls it when the WASM is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(boot) = boot() else {
        leptos::logging::error!("the page has no valid boot data; it is not hydrated");
        return;
    };
    leptos::mount::hydrate_body(move || {
        provide_context(boot.clone());
        view! { <App/> }
    });
}

/// Reads the data that the server rendered the page from.
fn boot() -> Option<Boot> {
    let template = document().get_element_by_id("boot")?.dyn_into::<web_sys::HtmlTemplateElement>().ok()?;
    Boot::read(&json::parse(&template.content().text_content()?)?)
}
