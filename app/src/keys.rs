//! What keys do wherever one is. None is one that an input method owns, and none takes copy, paste, undo, print, zoom or a new
//! tab from the browser.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{
    connection::Link,
    route::Route,
    store::Store,
    toasts::Toast,
    ui::{ime, is_mac},
};

/// Parts of the page in the order of F6.
const REGIONS: [&str; 4] =
    ["nav.sidebar a[aria-current], nav.sidebar a", ".timeline, .page a", "#composer", ".panel a"];
/// What one types into.
const FIELDS: &str = "input, textarea, select, [contenteditable]";
/// How far a page up or down goes, as a share of what is in view.
const PAGE_SHARE: f64 = 0.85;
/// The element of the list of keys.
const LIST: &str = "keys";

/// Hears every key, in the browser, for as long as the page lives.
pub fn start(store: Store, link: Link, route: Route) {
    let heard = window_event_listener(ev::keydown, move |event| {
        if !ime::owns(&event) && !event.default_prevented() && acts(&event, store, link, route) {
            event.prevent_default();
        }
    });
    on_cleanup(move || heard.remove());
}

/// Does what a key asks for; true if that was ours.
fn acts(event: &KeyboardEvent, store: Store, link: Link, route: Route) -> bool {
    let key = event.key();
    let (main, alt, shift) = (event.ctrl_key() || event.meta_key(), event.alt_key(), event.shift_key());
    let focused = document().active_element();
    let in_field = focused.as_ref().is_some_and(|focused| focused.matches(FIELDS).unwrap_or(false));
    if main && !alt && !shift && key.eq_ignore_ascii_case("k") {
        store.switches.update(|open| *open = !*open);
        return true;
    }
    // What is open over the page has its own keys.
    if document().query_selector("dialog:modal").is_ok_and(|dialog| dialog.is_some()) {
        return false;
    }
    match (key.as_str(), main, alt, shift) {
        ("ArrowUp" | "ArrowDown", false, true, _) if !(in_field && is_mac()) => {
            to_channel(store, route, key == "ArrowDown", shift);
            true
        }
        ("Escape", false, false, true) => {
            if link.has_read_everything() {
                store.say(Toast::ReadEverything);
            }
            store.divider.set(None);
            true
        }
        ("Escape", false, false, false) => {
            escape(store, link, route);
            true
        }
        ("F6", false, false, _) => to_region(focused.as_ref(), shift),
        ("PageUp" | "PageDown", false, false, false) => scroll(key == "PageDown"),
        ("?", false, false, _) if !in_field => show_list(),
        // A letter that is typed while nothing is focused goes to the field: it has the focus before the letter arrives.
        (letter, false, false, _)
            if letter.chars().count() == 1 && focused.is_none_or(|at| at.matches("body").unwrap_or(false)) =>
        {
            focus("#composer");
            false
        }
        _ => false,
    }
}

/// Closes what is open beside the conversation; else reads it.
fn escape(store: Store, link: Link, route: Route) {
    if let Some(path) = route.now(|place| place.has_members.then(|| place.path.clone())) {
        return route.go(&path);
    }
    if let Some(open) = store.open.get_untracked() {
        link.has_read_all_of(&open);
    }
    store.divider.set(None);
}

/// The channel above or below in the list, or the next one there that is unread.
fn to_channel(store: Store, route: Route, is_down: bool, only_unread: bool) {
    let channels = store.channels.get_untracked();
    let open = store.open.get_untracked();
    let at = channels.iter().position(|channel| open.as_ref() == Some(&channel.id));
    let count = channels.len();
    for step in 1..=count {
        let next = match (at, is_down) {
            (Some(at), true) => (at + step) % count,
            (Some(at), false) => (at + count - step) % count,
            (None, true) => step - 1,
            (None, false) => count - step,
        };
        let channel = &channels[next];
        if (!only_unread || channel.unread() > 0) && open.as_ref() != Some(&channel.id) {
            return route.go(&format!("/c/{}", channel.id));
        }
    }
}

/// The next part of the page, or the one before.
fn to_region(focused: Option<&Element>, is_back: bool) -> bool {
    let there = |at: usize| {
        let holder = [".sidebar", ".stream, .page", ".composer", ".panel"][at];
        focused.is_some_and(|focused| focused.closest(holder).is_ok_and(|holder| holder.is_some()))
    };
    let now = (0..REGIONS.len()).find(|at| there(*at));
    for step in 1..=REGIONS.len() {
        let count = REGIONS.len();
        let next = match (now, is_back) {
            (Some(now), false) => (now + step) % count,
            (Some(now), true) => (now + count - step) % count,
            (None, _) => step - 1,
        };
        if focus(REGIONS[next]) {
            return true;
        }
    }
    false
}

fn focus(selector: &str) -> bool {
    let Ok(Some(element)) = document().query_selector(selector) else { return false };
    let element = element.unchecked_into::<HtmlElement>();
    // One that is not shown on a narrow window takes no focus.
    element.focus().is_ok() && document().active_element().as_ref() == Some(&element)
}

fn scroll(is_down: bool) -> bool {
    let Ok(Some(pane)) = document().query_selector(".timeline") else { return false };
    let step = f64::from(pane.client_height()) * PAGE_SHARE;
    pane.scroll_by_with_x_and_y(0.0, if is_down { step } else { -step });
    true
}

fn show_list() -> bool {
    let list = document().get_element_by_id(LIST).and_then(|list| list.dyn_into::<web_sys::HtmlDialogElement>().ok());
    list.is_some_and(|list| list.show_modal().is_ok())
}

/// Each key, and what it does.
#[cfg(feature = "ssr")]
pub fn key_rows(words: &crate::ui::words::Words) -> impl IntoView + use<> {
    let rows = words.keys().map(|(keys, does)| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{does}</dd></div> });
    view! { <dl>{rows.collect_view()}</dl> }
}

/// The list of keys; it is in the page that the server sends, and shown when it is asked for.
#[component]
pub fn KeyList() -> impl IntoView {
    // In the browser it is an element without content, whose content stays as the server sent it: it weighs nothing there.
    #[cfg(not(feature = "ssr"))]
    let list = view! { <dialog class="dialog keys" id=LIST aria-labelledby="keys-title"></dialog> };
    #[cfg(feature = "ssr")]
    let list = {
        let words = crate::ui::use_words();
        view! {
            <dialog class="dialog keys" id=LIST aria-labelledby="keys-title">
                <header><h2 id="keys-title">{words.keyboard}</h2></header>
                {key_rows(words)}
                <form method="dialog"><button class="btn">{words.close}</button></form>
            </dialog>
        }
    };
    list
}
