//! The quiet line that says how the link is. It never lies, and a short gap is not worth a word.

use leptos::prelude::*;

use super::{Link, LinkState};
use crate::ui::{SmallIcon, use_words};

/// The line above the conversation; empty while all is well.
#[component]
pub fn Banner() -> impl IntoView {
    let link = expect_context::<Link>();
    let words = use_words();
    let here = move || window().location().pathname().unwrap_or_default();
    let line = move || {
        let (online, shown) = (link.online.get(), link.shown.get());
        match link.state.get() {
            LinkState::Starting | LinkState::Live if online => None,
            LinkState::Lost if online && !shown => None,
            LinkState::LoggedOut => Some(
                view! {
                    <div class="banner" role="alert">
                        <SmallIcon name="circle-alert"/>
                        <span>{words.logged_out}</span>
                        <a class="btn small" rel="external" href=format!("/log-in?next={}", here())>{words.log_in}</a>
                    </div>
                }
                .into_any(),
            ),
            LinkState::Starting | LinkState::Live | LinkState::Lost => {
                let text = if online { words.reconnecting } else { words.offline };
                Some(
                    view! {
                        <div class="banner" role="status">
                            <SmallIcon name="wifi-off"/>
                            <span>{text}</span>
                            <button type="button" class="btn small" on:click=move |_| link.retry_now()>{words.retry_now}</button>
                        </div>
                    }
                    .into_any(),
                )
            }
        }
    };
    view! { {line} }
}
