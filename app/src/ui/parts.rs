//! Small parts that several features show.

use domain::clock::{Local, Timestamp};
use leptos::prelude::*;

use super::{Art, SmallIcon, Ui, use_ui, use_words};
use crate::store::Store;

/// What the browser's tab says, when the page changes without the server. It says so itself with the first one.
/// A dot before it, and one on the icon, say that something is unread.
pub fn use_title(title: impl Fn() -> String + 'static) {
    let (store, ui) = (expect_context::<Store>(), use_ui());
    Effect::new(move |_| {
        let has_unread = store.has_unread();
        let (mark, icon) = if has_unread { ("• ", "favicon-unread.svg") } else { ("", "favicon.svg") };
        document().set_title(&format!("{mark}{} · {}", title(), ui.workspace));
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            // No browser refuses this attribute.
            let _ = link.set_attribute("href", &format!("{}/{icon}", ui.assets));
        }
    });
}

/// A time of day, the whole moment in its attribute.
#[component]
pub fn Clock(at: Timestamp, local: Local, #[prop(optional)] class: &'static str) -> impl IntoView {
    let Ui { words, half_days, .. } = use_ui();
    // In the gutter there is no room for the half of the day; the line that begins the group has it.
    let time = words.time(&local, half_days, class == "at");
    view! {
        <time class=class datetime=at.to_string()>
            {time}
        </time>
    }
}

/// What is wrong, above a form.
#[component]
pub fn Notice(text: &'static str) -> impl IntoView {
    view! {
        <div class="notice error" role="alert">
            <SmallIcon name="circle-alert"/>
            <p>{text}</p>
        </div>
    }
}

/// What is wrong with a field, beneath it.
#[component]
pub fn FieldError(text: &'static str) -> impl IntoView {
    view! {
        <div class="error" role="alert">
            <SmallIcon name="circle-alert"/>
            {text}
        </div>
    }
}

/// A place with nothing in it: a drawing, a sentence, at most one thing to do.
#[component]
pub fn Empty(
    art: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Art name=art/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// An address with nothing behind it that this person may see.
#[component]
pub fn NotHere() -> impl IntoView {
    let words = use_words();
    view! {
        <div class="empty full">
            <Art name="art-404"/>
            <h1>{words.not_found_title}</h1>
            <p>{words.not_found_text}</p>
            <a class="btn primary" href="/" rel="external">{words.to_hall}</a>
        </div>
    }
}
