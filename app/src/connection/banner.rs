//! The banner that shows the status of the link.

use leptos::prelude::*;

use super::{link::Link, status::StatusLine};
use crate::{
    route::Route,
    ui::{SmallIcon, use_words},
};

/// The banner above the conversation; empty while the link works.
#[component]
pub fn Banner() -> impl IntoView {
    let link = expect_context::<Link>();
    let words = use_words();
    // The number in a line changes without a new element: its button keeps the focus.
    let kind = Memo::new(move |_| link.line.get().map(StatusLine::kind));
    let text = move || link.line.get().map(|line| line.text(words)).unwrap_or_default();
    let line = move || {
        let kind = kind.get()?;
        let icon = match kind {
            StatusLine::LoggedOut | StatusLine::Busy => "circle-alert",
            StatusLine::StorageFull => "triangle-alert",
            StatusLine::Offline | StatusLine::RetryIn(_) | StatusLine::Reconnecting => "wifi-off",
            StatusLine::CatchingUp | StatusLine::Reset => "refresh-cw",
            StatusLine::Restored | StatusLine::AllSent => "check",
            StatusLine::Unsent(_) => "clock",
        };
        let is_counted = matches!(kind, StatusLine::RetryIn(_));
        let act = match kind {
            StatusLine::LoggedOut => Some(view! { <LogIn small=true/> }.into_any()),
            StatusLine::RetryIn(_) => Some(
                view! { <button type="button" class="btn small" on:click=move |_| link.retry_now()>{words.retry_now}</button> }
                    .into_any(),
            ),
            _ => None,
        };
        Some(view! {
            <div class="banner" class:back=matches!(kind, StatusLine::Restored | StatusLine::AllSent)>
                <SmallIcon name=icon/>
                // Screen readers do not announce every second.
                {is_counted.then(|| view! { <span class="vh">{words.reconnecting}</span> })}
                <span aria-hidden=is_counted.then_some("true")>{text}</span>
                {act}
            </div>
        })
    };
    view! { <div role="status">{line}</div> }
}

/// The dialog over the conversation when the session has ended. It does not take the focus: the user can finish a sentence. When
/// it is closed, the banner stays.
#[component]
pub fn LogInAgain() -> impl IntoView {
    let link = expect_context::<Link>();
    let words = use_words();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.line.get() == Some(StatusLine::LoggedOut)));
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

/// A link to the login page, which leads back to this page.
#[component]
fn LogIn(#[prop(optional)] small: bool) -> impl IntoView {
    let words = use_words();
    let route = expect_context::<Route>();
    let class = if small { "btn small" } else { "btn primary" };
    view! { <a class=class rel="external" href=move || format!("/log-in?next={}", route.with(|place| place.path.clone()))>{words.log_in}</a> }
}
