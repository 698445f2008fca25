//! The form for a new channel, at an address of its own, over the channel browser.

use domain::{
    error::ErrorCode,
    limits::{CHANNEL_NAME_CHARS_MAX, CHANNEL_TOPIC_CHARS_MAX},
};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::browser::Browser;
use crate::{
    boot::{Boot, NewChannelBoot, PageBoot},
    route::Route,
    store::use_page_title,
    ui::{
        FieldError, Icon, SmallIcon, ime,
        on_demand::{NotLoaded, loaded, on_demand},
        use_words,
    },
};

/// The page of a new channel.
#[component]
pub fn NewChannelPage() -> impl IntoView {
    on_demand(load_create, || loaded(create_page()))
}

#[wasm_split(on_demand, fallible, preload(load_create))]
pub(crate) fn create_page() -> Result<AnyView, NotLoaded> {
    let words = use_words();
    use_page_title(|| words.create_channel.to_owned());
    let boot = expect_context::<Boot>();
    let (begun, refused) = match boot.page {
        PageBoot::NewChannel(begun) => (Some(begun), boot.refused),
        _ => (None, None),
    };
    let (channels, name, topic) = match begun {
        Some(NewChannelBoot { channels, name, topic }) => (Some(channels), name, topic),
        None => (None, String::new(), String::new()),
    };
    // Also after a link within the page the field gets the focus; Esc goes back.
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // The browser may refuse; then a click focuses it.
            let _ = field.focus();
        }
    });
    let route = expect_context::<Route>();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !ime::owns(&event) {
            route.go("/channels");
        }
    };
    let about_topic = refused == Some(ErrorCode::TooLong) && name.chars().count() <= CHANNEL_NAME_CHARS_MAX;
    let name_error = refused.filter(|_| !about_topic);
    let page = view! {
        <main class="main"><Browser begun=channels refused=None/></main>
        <div class="scrim" role="dialog" aria-modal="true" aria-labelledby="new-channel">
            <form class="dialog" on:keydown=on_key method="post" action="/do/create_channel">
                <header>
                    <h2 id="new-channel">{words.create_channel}</h2>
                    <a class="icon-btn" href="/channels" title=words.close aria-label=words.close><Icon name="x"/></a>
                </header>
                <div class="field">
                    <label for="channel-name">{words.name}</label>
                    <div class="input" class:is-error=name_error.is_some()>
                        <SmallIcon name="hash"/>
                        <input node_ref=field id="channel-name" name="name" value=name required autofocus maxlength=CHANNEL_NAME_CHARS_MAX.to_string() autocomplete="off"/>
                    </div>
                    {match name_error {
                        Some(code) => view! { <FieldError text=words.refusal(code)/> }.into_any(),
                        None => view! { <div class="hint">{words.channel_name_rule}</div> }.into_any(),
                    }}
                </div>
                <div class="field">
                    <label for="channel-topic">{words.topic}<span class="optional">{words.optional}</span></label>
                    <input class="input" id="channel-topic" name="topic" value=topic placeholder=words.topic_hint maxlength=CHANNEL_TOPIC_CHARS_MAX.to_string() autocomplete="off"/>
                    {about_topic.then(|| view! { <FieldError text=words.refusal(ErrorCode::TooLong)/> })}
                </div>
                <footer>
                    <a class="btn quiet" href="/channels">{words.cancel}</a>
                    <button class="btn primary">{words.create}</button>
                </footer>
            </form>
        </div>
    };
    Ok(page.into_any())
}
