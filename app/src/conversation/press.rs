//! What a press on a message's text does: follow a link, unfold it, or copy, wrap, unfold its code. And what copying it takes.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::words::Words;

/// The class of the button that wraps the lines of a block of code.
pub const WRAP: &str = "wrap";
/// The class of the button that copies one.
pub const COPY: &str = "copy";
/// The class of the button that shows all of one, or of the whole text.
pub const UNFOLD: &str = "unfold";

/// Our own pages: links to them open in place.
const OWN_PAGES: [&str; 3] = ["/c/", "/channels", "/settings"];

/// Something within a text was pressed. `code` holds its blocks of code as typed, in their order.
pub fn pressed(event: &ev::MouseEvent, code: &[String], words: &Words) {
    let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    if let Some(link) = near(&at, "a[target]") {
        follow(&link);
    } else if let (Some(button), Some(block)) = (near(&at, "button"), near(&at, ".code, .body")) {
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
                // The button goes; reading goes on where it was.
                if let Ok(Some(inner)) = block.query_selector("pre, .cut") {
                    let _ = inner.set_attribute("tabindex", "0");
                    super::walk::focus(inner.unchecked_into());
                }
                // What was the end is not any more: as if the reader had scrolled away from it.
                if let (Some(pane), Ok(scrolled)) = (near(&block, ".timeline"), web_sys::Event::new("scroll")) {
                    let _ = pane.dispatch_event(&scrolled);
                }
            }
        }
    }
}

/// A part of a text is copied as it is shown, all of it as it was typed.
pub fn copied(event: &ev::ClipboardEvent, text: &str) {
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

fn near(at: &Element, selector: &str) -> Option<Element> {
    at.closest(selector).ok().flatten()
}

/// A link to a page of ours loses its new tab, and is the router's.
fn follow(link: &Element) {
    let url = link.get_attribute("href").unwrap_or_default();
    let origin = window().location().origin().unwrap_or_default();
    if url.strip_prefix(&origin).is_some_and(|path| path == "/" || OWN_PAGES.iter().any(|page| path.starts_with(page)))
    {
        // Without it the link works as any other of the page.
        let _ = link.remove_attribute("target");
    }
}

/// Into the clipboard; where the browser has none for this page (plain http), the code is selected instead.
fn copy(code: &[String], block: &Element) {
    let window = window();
    if window.is_secure_context() {
        let text = near(block, ".body").and_then(|body| {
            let blocks = body.query_selector_all(".code").ok()?;
            code.get((0..blocks.length()).position(|at| blocks.get(at).as_ref() == Some(block))?)
        });
        if let Some(text) = text {
            // Whether it may, the browser decides; nothing is lost if not.
            let _ = window.navigator().clipboard().write_text(text);
        }
    } else if let (Ok(Some(selection)), Ok(Some(code))) = (window.get_selection(), block.query_selector("code")) {
        let _ = selection.select_all_children(&code);
    }
}
