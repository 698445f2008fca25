//! What Enter does in the composer on this device: it sends, or it breaks the line and only Ctrl Enter sends.

use leptos::prelude::*;

use crate::{boot::Boot, ui::use_server_words};

/// The form with both choices.
#[component]
pub(super) fn EnterForm() -> impl IntoView {
    let words = use_server_words();
    let breaks = expect_context::<Boot>().enter_breaks;
    let choice = move |(word, name, is_now): (&'static str, &'static str, bool)| {
        view! { <button class="btn small" name="enter" value=word aria-pressed=is_now.to_string()>{name}</button> }
    };
    view! {
        <form class="choices" method="post" action="/do/set_enter">
            <input type="hidden" name="back" value="/settings#composing"/>
            {[("sends", words.enter_sends, !breaks), ("breaks", words.enter_breaks, breaks)].map(choice)}
        </form>
    }
}
