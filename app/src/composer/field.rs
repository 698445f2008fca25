//! The text field: what keys and pasting do to its text, and what its form shows of it. During a composition the text belongs to
//! the input method, and nothing here changes it.

use domain::{
    drafts::char_count,
    limits::{MESSAGE_CHARS_COUNTED_FROM, MESSAGE_CHARS_MAX},
    text::ends_in_code,
    typing::{Edit, byte_at, link, mark, units_before},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlDocument, HtmlTextAreaElement, KeyboardEvent};

use crate::ui::{has_mouse, ime, is_main, words::Words};

/// Returns whether a key sends the message. Enter with Ctrl or ⌘ always does; Enter alone does on a keyboard, unless the user has
/// chosen otherwise or the caret is in a block of code.
pub fn sends(event: &KeyboardEvent, field: &HtmlTextAreaElement, enter_breaks: bool) -> bool {
    let alone = || !event.shift_key() && !enter_breaks && has_mouse() && !is_in_code(field);
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key() || alone())
}

fn is_in_code(field: &HtmlTextAreaElement) -> bool {
    let text = field.value();
    let (caret, _) = selection(field, &text);
    ends_in_code(&text[..caret])
}

/// Formats the selection as bold, italic or code if a key requests it. Returns whether it did.
pub fn format_selection(event: &KeyboardEvent, field: &HtmlTextAreaElement) -> bool {
    if !is_main(event) || event.alt_key() || event.shift_key() {
        return false;
    }
    let sign = match &*event.key() {
        "b" | "B" => "**",
        "i" | "I" => "*",
        "e" | "E" => "`",
        _ => return false,
    };
    let text = field.value();
    let (from, to) = selection(field, &text);
    replace(field, &text, mark(&text, from..to, sign));
    true
}

/// Makes the selected text a link if an address is pasted over it.
pub fn on_paste(event: &ClipboardEvent, field: &HtmlTextAreaElement) {
    let pasted = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
    let text = field.value();
    let (from, to) = selection(field, &text);
    if let Some(link) = link(&text[from..to], &pasted).filter(|_| !ime::is_composing()) {
        event.prevent_default();
        let end = from + link.len();
        replace(field, &text, Edit { replaced: from..to, text: link, selected: end..end });
    }
}

/// Returns the selection of a field with this text, in bytes.
fn selection(field: &HtmlTextAreaElement, text: &str) -> (usize, usize) {
    let byte = |units: Result<Option<u32>, _>| byte_at(text, units.ok().flatten().unwrap_or(u32::MAX) as usize);
    (byte(field.selection_start()), byte(field.selection_end()))
}

/// Edits the text as if it were typed, so that the browser can undo it.
fn replace(field: &HtmlTextAreaElement, text: &str, edit: Edit) {
    let select = |text: &str, from: usize, to: usize| {
        // A text area has a selection.
        let _ = field.set_selection_range(units_before(text, from) as u32, units_before(text, to) as u32);
    };
    select(text, edit.replaced.start, edit.replaced.end);
    let document = document().unchecked_into::<HtmlDocument>();
    let command = if edit.text.is_empty() { "delete" } else { "insertText" };
    if !document.exec_command_with_show_ui_and_value(command, false, &edit.text).unwrap_or(false) {
        // For a browser without this command: the text is replaced, and the event sent by hand.
        let _ = field.set_range_text(&edit.text);
        let _ = web_sys::Event::new("input").map(|event| field.dispatch_event(&event));
    }
    select(&field.value(), edit.selected.start, edit.selected.end);
}

/// Updates what the form shows of the text: its length when it is nearly too long, and whether there is anything to send.
pub fn update_form(field: &HtmlTextAreaElement, words: &Words) {
    let Some(form) = field.parent_element() else { return };
    let count = char_count(&field.value());
    if let Ok(Some(counter)) = form.query_selector(".count") {
        let text = if count < MESSAGE_CHARS_COUNTED_FROM { String::new() } else { words.chars_written(count) };
        counter.set_text_content(Some(&text));
    }
    for (name, is) in [("data-blank", count == 0), ("data-over", count > MESSAGE_CHARS_MAX)] {
        // No browser refuses an attribute by these names.
        let _ = form.toggle_attribute_with_force(name, is);
    }
}

/// Adjusts the height to the text in browsers that do not do that by themselves.
pub fn fit_height(field: &HtmlTextAreaElement) {
    if web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false) {
        return;
    }
    let style = web_sys::HtmlElement::style(field);
    // Setting a property that exists does not fail.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
}
