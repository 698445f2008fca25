//! Clicks on the text of a message: they follow a link, unfold the text, or copy, wrap or unfold a block of code. And the copying
//! of a selection.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::{
    dom::{closest, focus_in_place},
    words::Words,
};

/// The class of the button that wraps the lines of a block of code.
pub const WRAP: &str = "wrap";
/// The class of the button that copies a block of code.
pub const COPY: &str = "copy";
/// The class of the button that unfolds a block of code, or the text.
pub const UNFOLD: &str = "unfold";

/// Paths of this product: links to them open in place.
const OWN_PAGES: [&str; 3] = ["/c/", "/channels", "/settings"];

/// Handles a click within a text. `code` holds its blocks of code as typed, in their order.
pub fn clicked(event: &ev::MouseEvent, code: &[String], words: &Words) {
    let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    if let Some(link) = closest(&at, "a[target]") {
        follow(&link);
    } else if let (Some(button), Some(block)) = (closest(&at, "button"), closest(&at, ".code, .body")) {
        let classes = block.class_list();
        // No browser refuses to change a class or an attribute by these names.
        match &*button.class_name() {
            WRAP => {
                let on = classes.toggle("wrapped").unwrap_or_default();
                let _ = button.set_attribute("aria-pressed", if on { "true" } else { "false" });
            }
            COPY => {
                copy(code, &block);
                button.set_text_content(Some(words.copied));
            }
            _ => {
                let _ = classes.remove_1("folded");
                // The button is hidden now; the unfolded text gets the focus.
                if let Ok(Some(inner)) = block.query_selector("pre, .cut") {
                    let _ = inner.set_attribute("tabindex", "0");
                    focus_in_place(inner.unchecked_into());
                }
                // The end has moved away: this counts as scrolling.
                if let (Some(pane), Ok(scrolled)) = (closest(&block, ".timeline"), web_sys::Event::new("scroll")) {
                    let _ = pane.dispatch_event(&scrolled);
                }
            }
        }
    }
}

/// Handles the copying of a selection: a part of a text is copied as it is shown, the whole text as it was typed.
pub fn on_copy(event: &ev::ClipboardEvent, text: &str) {
    let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    let (Some(body), Ok(Some(selection))) = (target, window().get_selection()) else { return };
    let selected = String::from(selection.to_string());
    if selected.trim() == body.inner_text().trim()
        && let Some(data) = event.clipboard_data()
        && data.set_data("text/plain", text).is_ok()
    {
        event.prevent_default();
    }
}

/// Lets the router follow a link to a page of this product, in place of a new tab.
fn follow(link: &Element) {
    let url = link.get_attribute("href").unwrap_or_default();
    let origin = window().location().origin().unwrap_or_default();
    if url.strip_prefix(&origin).is_some_and(|path| path == "/" || OWN_PAGES.iter().any(|page| path.starts_with(page)))
    {
        // Without this attribute the router follows the link.
        let _ = link.remove_attribute("target");
    }
}

/// Copies a block of code; where the browser has no clipboard for this page (plain http), the code is selected instead.
fn copy(code: &[String], block: &Element) {
    let window = window();
    if window.is_secure_context() {
        let text = closest(block, ".body").and_then(|body| {
            let blocks = body.query_selector_all(".code").ok()?;
            code.get((0..blocks.length()).position(|at| blocks.get(at).as_ref() == Some(block))?)
        });
        if let Some(text) = text {
            // The browser may refuse; nothing is lost then.
            let _ = window.navigator().clipboard().write_text(text);
        }
    } else if let (Ok(Some(selection)), Ok(Some(code))) = (window.get_selection(), block.query_selector("code")) {
        let _ = selection.select_all_children(&code);
    }
}
