//! Buttons over the messages: to the newest, with the number of new ones, and back.

use domain::{ids::Pos, timeline::Timeline};
use leptos::prelude::*;

use super::message_pane::MessagePane;
use crate::{
    store::Store,
    ui::{Icon, use_words},
};

/// The buttons over the messages.
#[component]
pub fn Pills(pane: MessagePane) -> impl IntoView {
    let words = use_words();
    let (store, timeline) = (pane.store, pane.timeline);
    let unseen = unseen(store, timeline);
    let latest = move || {
        let (count, away) = (unseen.get(), pane.scroll.is_far.get() || timeline.with(Timeline::has_newer));
        let text = if count > 0 { words.new_messages(count) } else { words.latest.to_owned() };
        (count > 0 || away).then(|| {
            view! {
                <a
                    class="pill latest"
                    class:quiet=count == 0
                    rel="external"
                    href=format!("/c/{}#latest", pane.channel.get_value())
                    on:click=move |event| {
                        event.prevent_default();
                        pane.to_latest();
                        // A user who goes to the newest messages has read the channel.
                        pane.reads.mark_channel_read(&pane.channel.get_value());
                    }
                ><Icon name="arrow-down"/>{text}</a>
            }
        })
    };
    let back = move || {
        let position = pane.back.get().filter(|_| store.at_end.get())?;
        let text = if store.divider.get().is_some() { words.back_to_unread } else { words.back_to_place };
        Some(view! {
            <button type="button" class="pill return quiet" on:click=move |_| pane.go_back(position)>
                <Icon name="arrow-up"/>{text}
            </button>
        })
    };
    view! { {latest} {back} }
}

/// Returns the number of messages that came while the user was not at the end.
fn unseen(store: Store, timeline: RwSignal<Timeline>) -> Memo<usize> {
    let seen = StoredValue::new(timeline.with_untracked(Timeline::to));
    Memo::new(move |_| {
        timeline.with(|timeline| {
            if store.at_end.get() || seen.get_value() == Pos::ZERO {
                seen.set_value(timeline.to());
                return 0;
            }
            let seen = seen.get_value();
            let held = timeline.events().iter().filter(|event| event.pos > seen && event.message().is_some()).count();
            held + timeline.unheld()
        })
    })
}
