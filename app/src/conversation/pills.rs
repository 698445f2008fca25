//! Over the lines: to the newest, with how many are new, and back.

use domain::{ids::Pos, timeline::Timeline};
use leptos::prelude::*;

use super::list::List;
use crate::{
    store::Store,
    ui::{Icon, use_words},
};

/// Over the lines: to the newest, and back.
#[component]
pub fn Pills(
    /// Over which lines.
    list: List,
) -> impl IntoView {
    let words = use_words();
    let (store, timeline) = (list.store, list.timeline);
    let unseen = unseen(store, timeline);
    let latest = move || {
        let (count, away) = (unseen.get(), list.scroll.far.get() || timeline.with(Timeline::has_newer));
        let text = if count > 0 { words.new_messages(count) } else { words.latest.to_owned() };
        (count > 0 || away).then(|| {
            view! {
                <a
                    class="pill latest"
                    class:quiet=count == 0
                    rel="external"
                    href=format!("/c/{}#latest", list.id.get_value())
                    on:click=move |event| {
                        event.prevent_default();
                        list.to_latest();
                        // Whoever asks for the newest has read the channel.
                        list.link.has_read_all_of(&list.id.get_value());
                    }
                ><Icon name="arrow-down"/>{text}</a>
            }
        })
    };
    let back = move || {
        let left = list.back.get().filter(|_| store.at_end.get())?;
        let text = if store.divider.get().is_some() { words.back_to_unread } else { words.back_to_place };
        Some(view! {
            <button type="button" class="pill return quiet" on:click=move |_| list.go_back(left)>
                <Icon name="arrow-up"/>{text}
            </button>
        })
    };
    view! { {latest} {back} }
}

/// How many messages of others came while the reader was not at the end.
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
