//! First steps for a new user, above the composer of the hall: each card is shown until it is done or dismissed.

use leptos::prelude::*;

use crate::{
    store::Store,
    ui::{Icon, device_storage, dom::element, use_words},
};

/// The marks of the dismissed cards in this device's storage.
const HELLO: char = 'h';
const CHANNELS: char = 'c';

/// The cards that are not dismissed.
#[component]
pub fn Onboarding() -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let key = store.me.with_value(|me| format!("jimmy-first/{}", me.id));
    // No card is shown until the storage has been read: the server does not know which are dismissed.
    let dismissed = RwSignal::new(format!("{HELLO}{CHANNELS}"));
    let saved_under = key.clone();
    let dismiss = move |card: char| {
        dismissed.update(|dismissed| dismissed.push(card));
        if let Some(device) = device_storage() {
            // With a full storage the card is shown once more.
            let _ = device.set_item(&saved_under, &dismissed.get_untracked());
        }
    };
    Effect::new(move |_| {
        let kept = device_storage().and_then(|device| device.get_item(&key).ok().flatten());
        dismissed.set(kept.unwrap_or_default());
    });
    let dismiss = StoredValue::new(dismiss);
    let dismiss = move |card| dismiss.with_value(|dismiss| dismiss(card));
    Effect::new(move |_| {
        if store.sent_count.get() > 0 && !dismissed.with_untracked(|dismissed| dismissed.contains(HELLO)) {
            dismiss(HELLO);
        }
    });
    let hello = move |_| {
        if let Some(field) = element("composer") {
            // The browser may refuse; then a click focuses it.
            let _ = field.focus();
        }
    };
    let card = move |card: char, icon: AnyView, text: &'static str, act: AnyView| {
        dismissed.with(|dismissed| !dismissed.contains(card)).then(|| {
            view! {
                <li>
                    {icon}
                    <p>{text}</p>
                    {act}
                    <button type="button" class="icon-btn" title=words.close aria-label=words.close on:click=move |_| dismiss(card)>
                        <Icon name="x"/>
                    </button>
                </li>
            }
        })
    };
    move || {
        let say_hello = view! { <button type="button" class="btn small" on:click=hello>{words.say_hello}</button> };
        let browse = view! {
            <a class="btn small" href="/channels" on:click=move |_| dismiss(CHANNELS)>{words.browse_channels}</a>
        };
        let cards = [
            card(HELLO, view! { <Icon name="pencil"/> }.into_any(), words.hello_text, say_hello.into_any()),
            card(CHANNELS, view! { <Icon name="compass"/> }.into_any(), words.browse_text, browse.into_any()),
        ];
        cards.iter().any(Option::is_some).then(|| {
            view! { <ul class="onboarding" aria-label=words.first_steps>{cards.into_iter().collect_view()}</ul> }
        })
    }
}
