//! A block of code: every character as typed, scrolled sideways, folded when it is long.

use domain::text::visible_controls;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::body::{attribute, element};
use crate::ui::use_words;

/// So many lines are shown before the rest is folded.
const LINES_SHOWN: usize = 20;

/// Fenced code.
#[component]
pub fn CodeBlock(language: Option<String>, text: String) -> impl IntoView {
    let words = use_words();
    let folded = RwSignal::new(text.lines().count() > LINES_SHOWN);
    let wrapped = RwSignal::new(false);
    let copied = RwSignal::new(false);
    let shown = visible_controls(&text).into_owned().into_any();
    let code = element("pre", vec![attribute("tabindex", "0".to_owned())], element("code", vec![], shown));
    let class = move || match (folded.get(), wrapped.get()) {
        (false, false) => "code",
        (false, true) => "code wrapped",
        (true, false) => "code folded",
        (true, true) => "code folded wrapped",
    };
    view! {
        <div class=class>
            {language.map(|name| view! { <span class="lang">{name}</span> })}
            <div class="does">
                <button
                    type="button"
                    aria-pressed=move || if wrapped.get() { "true" } else { "false" }
                    on:click=move |_| wrapped.update(|on| *on = !*on)
                >{words.wrap}</button>
                <button
                    type="button"
                    on:click=move |event| {
                        copy(&text, &event);
                        copied.set(true);
                    }
                >{move || if copied.get() { words.copied } else { words.copy }}</button>
            </div>
            {code}
            {move || folded.get().then(|| view! {
                <button class="unfold" type="button" on:click=move |_| folded.set(false)>{words.more}</button>
            })}
        </div>
    }
}

/// Into the clipboard; where the browser has none for this page (plain http), the code is selected instead.
fn copy(text: &str, event: &ev::MouseEvent) {
    let window = window();
    if window.is_secure_context() {
        // Whether it may, the browser decides; nothing is lost if not.
        let _ = window.navigator().clipboard().write_text(text);
        return;
    }
    let button = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let block = button.and_then(|button| button.closest(".code").ok().flatten());
    let code = block.and_then(|block| block.query_selector("code").ok().flatten());
    if let (Ok(Some(selection)), Some(code)) = (window.get_selection(), code) {
        let _ = selection.select_all_children(&code);
    }
}
