//! A block of code: every character as typed, scrolled sideways, folded when it is long.

use domain::text::visible_controls;
use leptos::{html, prelude::*};

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
    let code = NodeRef::<html::Code>::new();
    let shown = visible_controls(&text).into_owned();
    let text = StoredValue::new(text);
    let copy = move |_| {
        text.with_value(|text| write(text, code));
        copied.set(true);
    };
    view! {
        <div class="code" class:folded=folded class:wrapped=wrapped>
            <span class="lang">{language}</span>
            <div class="does">
                <button type="button" aria-pressed=move || wrapped.get().to_string() on:click=move |_| wrapped.update(|on| *on = !*on)>
                    {words.wrap}
                </button>
                <button type="button" on:click=copy>{move || if copied.get() { words.copied } else { words.copy }}</button>
            </div>
            <pre tabindex="0"><code node_ref=code>{shown}</code></pre>
            {move || folded.get().then(|| view! {
                <button class="unfold" type="button" on:click=move |_| folded.set(false)>{words.more}</button>
            })}
        </div>
    }
}

/// Into the clipboard; where the browser has none for this page (plain http), the code is selected instead.
fn write(text: &str, code: NodeRef<html::Code>) {
    let window = window();
    if window.is_secure_context() {
        // Whether it may, the browser decides; nothing is lost if not.
        let _ = window.navigator().clipboard().write_text(text);
    } else if let (Ok(Some(selection)), Some(code)) = (window.get_selection(), code.get_untracked()) {
        let _ = selection.select_all_children(&code);
    }
}
