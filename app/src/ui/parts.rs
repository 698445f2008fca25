//! Small parts that several features use.

use domain::clock::{Local, Timestamp};
use leptos::prelude::*;

use super::{
    context::{Ui, use_ui, use_words},
    icon::{Art, SmallIcon},
};

/// A time of day, with the date and time in its attribute.
#[component]
pub fn Clock(at: Timestamp, local: Local, #[prop(optional)] class: &'static str) -> impl IntoView {
    let Ui { words, half_days, .. } = use_ui();
    // The gutter has no room for the half of the day; the first message of the group shows it.
    let time = words.time(&local, half_days, class == "at");
    view! {
        <time class=class datetime=at.to_string()>
            {time}
        </time>
    }
}

/// An error above a form.
#[component]
pub fn Notice(text: &'static str) -> impl IntoView {
    view! {
        <div class="notice error" role="alert">
            <SmallIcon name="circle-alert"/>
            <p>{text}</p>
        </div>
    }
}

/// An error below a field.
#[component]
pub fn FieldError(text: &'static str) -> impl IntoView {
    view! {
        <div class="error" role="alert">
            <SmallIcon name="circle-alert"/>
            {text}
        </div>
    }
}

/// An empty state: a drawing, a sentence, and at most one action.
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

/// An address with nothing that the user may see.
#[component]
pub fn NotFound() -> impl IntoView {
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
