//! The switcher (Ctrl K): goes to a channel or page by its name. The user's channels come first, then other channels, then pages.

use domain::api::Channel;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_split_helpers::wasm_split;

use crate::{
    api_client::fetch,
    route::Route,
    store::{Store, title},
    ui::{
        SmallIcon, folded, ime,
        on_demand::{NotLoaded, loaded, on_demand},
        use_words,
        words::Words,
    },
};

/// Most options that are shown.
const OFFERED_MAX: usize = 9;
/// Time after the last input until other channels are requested from the server, in milliseconds.
const ASK_AFTER_MS: u32 = 200;

/// A channel or page to go to.
#[derive(Clone, PartialEq)]
struct Offer {
    name: String,
    about: String,
    href: String,
    icon: &'static str,
    is_unread: bool,
}

/// The switcher, while it is open.
#[component]
pub fn Switcher() -> impl IntoView {
    let store = expect_context::<Store>();
    move || store.is_switcher_open.get().then(|| on_demand(load_switcher, || loaded(open_switcher())))
}

#[wasm_split(on_demand, fallible, preload(load_switcher))]
fn open_switcher() -> Result<AnyView, NotLoaded> {
    Ok(view! { <Open/> }.into_any())
}

#[component]
fn Open() -> impl IntoView {
    let words = use_words();
    let (store, route) = (expect_context::<Store>(), expect_context::<Route>());
    let dialog = NodeRef::<html::Dialog>::new();
    let (wanted, current) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    let others = RwSignal::new(Vec::<Channel>::new());
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // It fails only if the dialog is open already.
            let _ = dialog.show_modal();
        }
    });
    let offers = Memo::new(move |_| wanted.with(|wanted| others.with(|others| offers(store, wanted, others, words))));
    let typed = move |event: ev::Event| {
        let text = event_target_value(&event);
        wanted.set(text.clone());
        current.set(0);
        spawn_local(async move {
            TimeoutFuture::new(ASK_AFTER_MS).await;
            if text.trim().is_empty() || wanted.try_get_untracked().as_ref() != Some(&text) {
                return;
            }
            let query = [("joined", "false".to_owned()), ("limit", OFFERED_MAX.to_string()), ("search", text)];
            // Without an answer only the known options are shown.
            if let Ok(page) = fetch::channels(&query).await {
                others.try_set(page.items);
            }
        });
    };
    let go = move |href: &str| {
        store.is_switcher_open.set(false);
        route.go(href);
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if ime::owns(&event) {
            return;
        }
        let count = offers.with(Vec::len);
        let to = match event.key().as_str() {
            "ArrowDown" if count > 0 => (current.get_untracked() + 1) % count,
            "ArrowUp" if count > 0 => (current.get_untracked() + count - 1) % count,
            "Enter" => {
                event.prevent_default();
                if let Some(href) = offers.with(|offers| Some(offers.get(current.get_untracked())?.href.clone())) {
                    go(&href);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        current.set(to);
    };
    let list = move || {
        let (offers, now) = (offers.get(), current.get());
        let wanted = wanted.get();
        let mut lines = Vec::new();
        for (at, offer) in offers.into_iter().enumerate() {
            lines.push(line(offer, at == now, at, &wanted));
        }
        lines
    };
    view! {
        <dialog
            class="switcher"
            node_ref=dialog
            aria-label=words.switcher
            on:close=move |_| store.is_switcher_open.set(false)
            on:click=move |event| {
                // The link handles a click on an option; a click beside the dialog closes it.
                let on_sheet = event.target() != event.current_target();
                let on_line = on_sheet && event_target::<web_sys::Element>(&event).closest("a").is_ok_and(|line| line.is_some());
                if on_line || !on_sheet {
                    store.is_switcher_open.set(false);
                }
            }
        >
            <div class="q">
                <SmallIcon name="search"/>
                <input
                    autofocus
                    autocomplete="off"
                    enterkeyhint="go"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="offers"
                    aria-activedescendant=move || format!("offer-{}", current.get())
                    aria-label=words.switcher
                    placeholder=words.switcher
                    on:input=typed
                    on:keydown=pressed
                />
                <kbd>"Esc"</kbd>
            </div>
            <div class="opts" id="offers" role="listbox" aria-label=words.switcher>{list}</div>
            {move || offers.with(Vec::is_empty).then(|| view! { <p class="none">{words.nothing_found}</p> })}
        </dialog>
    }
}

fn line(offer: Offer, is_current: bool, at: usize, wanted: &str) -> AnyView {
    let Offer { name, about, href, icon, is_unread } = offer;
    let (before, found, after) = split(&name, wanted);
    view! {
        <a
            class="opt"
            class:unread=is_unread
            id=format!("offer-{at}")
            role="option"
            tabindex="-1"
            href=href
            aria-selected=is_current.to_string()
        >
            <SmallIcon name=icon/>
            <bdi class="t">{before}<mark>{found}</mark>{after}</bdi>
            <span class="d">{about}</span>
        </a>
    }
    .into_any()
}

/// Returns the options for a text: channels whose names begin with it, before those that contain it. For an empty text: unread
/// channels, and then those visited last.
fn offers(store: Store, wanted: &str, others: &[Channel], words: &Words) -> Vec<Offer> {
    let wanted = folded(wanted.trim());
    let mut channels = store.channels.get();
    let visited = |channel: &Channel| {
        store.visited.with_value(|all| all.iter().position(|id| *id == channel.id).unwrap_or(usize::MAX))
    };
    // The open channel comes last.
    let is_here = |channel: &Channel| store.is_open(&channel.id);
    channels = sorted(channels, &|channel| (is_here(channel), channel.unread() == 0, visited(channel)));
    let known = channels.len();
    channels.extend(
        others.iter().filter(|other| !channels.iter().any(|known| known.id == other.id)).cloned().collect::<Vec<_>>(),
    );
    let mut offers = Vec::new();
    for (at, channel) in channels.iter().enumerate() {
        let about = if at < known { channel.topic.as_str().to_owned() } else { words.not_joined.to_owned() };
        let href = format!("/c/{}", channel.id);
        offers.push(Offer { name: title(channel, words), about, href, icon: "hash", is_unread: channel.unread() > 0 });
    }
    for (name, href, icon) in [
        (words.browse_channels, "/channels", "compass"),
        (words.create_channel, "/channels/new", "plus"),
        (words.settings, "/settings", "settings"),
    ] {
        offers.push(Offer {
            name: name.to_owned(),
            about: String::new(),
            href: href.to_owned(),
            icon,
            is_unread: false,
        });
    }
    if !wanted.is_empty() {
        let begins = |offer: &Offer| folded(&offer.name).starts_with(&wanted);
        offers.retain(|offer| folded(&offer.name).contains(&wanted));
        let (first, rest): (Vec<_>, Vec<_>) = offers.into_iter().partition(begins);
        offers = first;
        offers.extend(rest);
    }
    offers.truncate(OFFERED_MAX);
    offers
}

/// Sorts channels by a key. A list is short, and a general sort would add more to the page than this.
fn sorted(channels: Vec<Channel>, key: &dyn Fn(&Channel) -> (bool, bool, usize)) -> Vec<Channel> {
    let mut all: Vec<((bool, bool, usize), Channel)> = Vec::new();
    for channel in channels {
        let key = key(&channel);
        all.insert(all.partition_point(|(known, _)| *known <= key), (key, channel));
    }
    all.into_iter().map(|(_, channel)| channel).collect()
}

/// Splits a name into the part before the text, the text, and the part after it.
fn split(name: &str, wanted: &str) -> (String, String, String) {
    let (small, wanted) = (folded(name), folded(wanted.trim()));
    // A few letters have another length in lower case: then nothing is marked.
    let at = small.find(&wanted).filter(|_| !wanted.is_empty() && small.len() == name.len());
    let parts = at.and_then(|at| {
        let end = at + wanted.len();
        Some((name.get(..at)?, name.get(at..end)?, name.get(end..)?))
    });
    let (before, found, after) = parts.unwrap_or((name, "", ""));
    (before.to_owned(), found.to_owned(), after.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_text_in_the_name() {
        let parts = |name, wanted| {
            let (before, found, after) = split(name, wanted);
            [before, found, after].join("|")
        };
        assert_eq!(parts("design-設計", "設"), "design-|設|計");
        assert_eq!(parts("Design", " dE "), "|De|sign");
        assert_eq!(parts("Design", "x"), "Design||");
        assert_eq!(parts("Design", " "), "Design||");
        assert_eq!(parts("İzmir", "iz"), "İzmir||", "its small form is longer");
    }
}
