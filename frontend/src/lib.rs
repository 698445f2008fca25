//! The WASM entry point: it hydrates the page that the server has sent.

use app::{
    App, Boot,
    api_client::json::{self, Read},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// Hydrates the page. `start.js` calls it when the WASM is loaded.
///
/// # Errors
/// Returns a sentence if the page cannot be hydrated. It then stays as the server sent it.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let boot = boot().ok_or("the page has no valid boot data; it is not hydrated")?;
    app::load_rendered(&boot).await.map_err(|_| "a part of this page could not be loaded; it is not hydrated")?;
    leptos::mount::hydrate_body(move || {
        provide_context(boot.clone());
        view! { <App/> }
    });
    Ok(())
}

/// Reads the data that the server rendered the page from.
fn boot() -> Option<Boot> {
    let template = document().get_element_by_id("boot")?.dyn_into::<web_sys::HtmlTemplateElement>().ok()?;
    Boot::read(&json::parse(&template.content().text_content()?)?)
}
