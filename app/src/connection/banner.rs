//! The quiet line that says how the link is. It never lies, and a short gap is not worth a word.

use leptos::prelude::*;

use super::{Line, Link};
use crate::{
    route::Route,
    ui::{SmallIcon, use_words},
};

/// The line above the conversation; empty while all is well.
#[component]
pub fn Banner() -> impl IntoView {
    let link = expect_context::<Link>();
    let words = use_words();
    // The numbers in a line change without the line being drawn anew: its button keeps the focus.
    let kind = Memo::new(move |_| link.line.get().map(Line::kind));
    let text = move || link.line.get().map(|line| words.line(line)).unwrap_or_default();
    let line = move || {
        let kind = kind.get()?;
        let icon = match kind {
            Line::LoggedOut | Line::Busy => "circle-alert",
            Line::StorageFull => "triangle-alert",
            Line::Offline | Line::RetryIn(_) | Line::Reconnecting => "wifi-off",
            Line::CatchingUp | Line::Reset => "refresh-cw",
            Line::Restored | Line::AllSent => "check",
            Line::Unsent(_) => "clock",
        };
        let is_counted = matches!(kind, Line::RetryIn(_));
        let act = match kind {
            Line::LoggedOut => Some(view! { <LogIn small=true/> }.into_any()),
            Line::RetryIn(_) => Some(
                view! { <button type="button" class="btn small" on:click=move |_| link.retry_now()>{words.retry_now}</button> }
                    .into_any(),
            ),
            _ => None,
        };
        Some(view! {
            <div class="banner" class:back=matches!(kind, Line::Restored | Line::AllSent)>
                <SmallIcon name=icon/>
                // Not every second is worth saying.
                {is_counted.then(|| view! { <span class="vh">{words.reconnecting}</span> })}
                <span aria-hidden=is_counted.then_some("true")>{text}</span>
                {act}
            </div>
        })
    };
    view! { <div role="status">{line}</div> }
}

/// Over the conversation when the session has ended. It takes the focus from nobody: whoever is in the midst of a sentence ends
/// it. Once it is closed, the line stays.
#[component]
pub fn LogInAgain() -> impl IntoView {
    let link = expect_context::<Link>();
    let words = use_words();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.line.get() == Some(Line::LoggedOut)));
    view! {
        <dialog class="dialog" open=move || open.get() aria-labelledby="log-in-again">
            <header><h2 id="log-in-again">{words.logged_out}</h2></header>
            <footer>
                <button type="button" class="btn quiet" on:click=move |_| open.set(false)>{words.close}</button>
                <LogIn/>
            </footer>
        </dialog>
    }
}

/// The way to the log-in, and back to here.
#[component]
fn LogIn(#[prop(optional)] small: bool) -> impl IntoView {
    let words = use_words();
    let route = expect_context::<Route>();
    let class = if small { "btn small" } else { "btn primary" };
    view! { <a class=class rel="external" href=move || format!("/log-in?next={}", route.with(|place| place.path.clone()))>{words.log_in}</a> }
}
