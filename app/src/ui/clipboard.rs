//! Copies to the clipboard, also where the browser has none for the page (plain http).

use js_sys::futures::JsFuture;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Copies a text. Returns false if the browser refuses.
pub async fn copy(text: &str) -> bool {
    let window = window();
    if window.is_secure_context() && JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_selected(text).unwrap_or(false)
}

/// Copies by way of a selected field. The field is added beside the element with the focus, because no element outside an open
/// dialog can have the focus.
fn copy_selected(text: &str) -> Option<bool> {
    let document = document();
    let focused = document.active_element().and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
    let beside = document.query_selector("dialog:modal").ok().flatten().or_else(|| document.body().map(Into::into))?;
    let field = document.create_element("textarea").ok()?.unchecked_into::<HtmlTextAreaElement>();
    field.set_class_name("vh");
    field.set_value(text);
    beside.append_child(&field).ok()?;
    field.select();
    let done = document.unchecked_into::<HtmlDocument>().exec_command("copy").unwrap_or(false);
    field.remove();
    if let Some(focused) = focused {
        // The browser may refuse; then a click or Tab restores the focus.
        let _ = focused.focus();
    }
    Some(done)
}
