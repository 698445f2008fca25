//! The first minute of somebody new, above the field of the hall: each card goes when it is done or put away.

use leptos::prelude::*;

use crate::{
    store::Store,
    ui::{Icon, device_storage, use_words},
};

/// The mark of a card that is gone, in this device's storage.
const HELLO: char = 'h';
const CHANNELS: char = 'c';

/// The cards.
#[component]
pub fn FirstSteps() -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let key = store.me.with_value(|me| format!("jimmy-first/{}", me.id));
    // None of them until this device has said which are gone: the server does not know.
    let gone = RwSignal::new(format!("{HELLO}{CHANNELS}"));
    let kept_under = key.clone();
    let put_away = move |card: char| {
        gone.update(|gone| gone.push(card));
        if let Some(device) = device_storage() {
            // A full storage shows the card once more, no more.
            let _ = device.set_item(&kept_under, &gone.get_untracked());
        }
    };
    Effect::new(move |_| {
        let kept = device_storage().and_then(|device| device.get_item(&key).ok().flatten());
        gone.set(kept.unwrap_or_default());
    });
    let put_away = StoredValue::new(put_away);
    let put_away = move |card| put_away.with_value(|put_away| put_away(card));
    Effect::new(move |_| {
        if store.said.get() > 0 && !gone.with_untracked(|gone| gone.contains(HELLO)) {
            put_away(HELLO);
        }
    });
    let hello = move |_| {
        if let Some(field) = super::message_actions::element("composer") {
            // The browser may refuse; then a click does it.
            let _ = field.focus();
        }
    };
    let card = move |card: char, icon: AnyView, text: &'static str, act: AnyView| {
        gone.with(|gone| !gone.contains(card)).then(|| {
            view! {
                <li>
                    {icon}
                    <p>{text}</p>
                    {act}
                    <button type="button" class="icon-btn" title=words.close aria-label=words.close on:click=move |_| put_away(card)>
                        <Icon name="x"/>
                    </button>
                </li>
            }
        })
    };
    move || {
        let says = view! { <button type="button" class="btn small" on:click=hello>{words.say_hello}</button> };
        let looks = view! {
            <a class="btn small" href="/channels" on:click=move |_| put_away(CHANNELS)>{words.browse_channels}</a>
        };
        let cards = [
            card(HELLO, view! { <Icon name="pencil"/> }.into_any(), words.hello_text, says.into_any()),
            card(CHANNELS, view! { <Icon name="compass"/> }.into_any(), words.look_text, looks.into_any()),
        ];
        cards.iter().any(Option::is_some).then(|| {
            view! { <ul class="first-steps" aria-label=words.first_steps>{cards.into_iter().collect_view()}</ul> }
        })
    }
}
