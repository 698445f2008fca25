//! Keyboard shortcuts of the whole page. None of them is a key of an input method, and none replaces copy, paste, undo, print,
//! zoom or a new tab of the browser.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{
    connection::ReadReporter,
    route::Route,
    store::{Store, Toast},
    ui::{ime, is_mac, is_main, modality},
};

/// The elements that F6 focuses, in its order.
const REGIONS: [&str; 4] =
    ["nav.sidebar a[aria-current], nav.sidebar a", ".timeline, .page a", "#composer", ".panel a"];
/// Fields that take text.
const FIELDS: &str = "input, textarea, select, [contenteditable]";
/// Elements that the space bar presses.
const PRESSED_BY_SPACE: &str = "button, summary, [role=button], [role=option]";
/// How far page up and down scroll, as a share of the height in view.
const PAGE_SHARE: f64 = 0.85;
/// The id of the list of shortcuts.
const LIST: &str = "keys";

/// Listens to every key, in the browser, for the life of the page.
pub fn start(store: Store, reads: ReadReporter, route: Route) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if !ime::owns(&event) && !event.default_prevented() && act(&event, store, reads, route) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Performs the shortcut of a key. Returns false if the key has none.
fn act(event: &KeyboardEvent, store: Store, reads: ReadReporter, route: Route) -> bool {
    let key = event.key();
    let (main, alt, shift) = (event.ctrl_key() || event.meta_key(), event.alt_key(), event.shift_key());
    let focused = document().active_element();
    let in_field = focused.as_ref().is_some_and(|focused| focused.matches(FIELDS).unwrap_or(false));
    if is_main(event) && !alt && !shift && key.eq_ignore_ascii_case("k") {
        store.is_switcher_open.update(|open| *open = !*open);
        return true;
    }
    // An open dialog has keys of its own.
    if document().query_selector("dialog:modal").is_ok_and(|dialog| dialog.is_some()) {
        return false;
    }
    match (key.as_str(), main, alt, shift) {
        ("ArrowUp" | "ArrowDown", false, true, _) if !(in_field && is_mac()) => {
            to_channel(store, route, key == "ArrowDown", shift);
            true
        }
        ("Escape", false, false, true) => {
            if reads.mark_all_read() {
                store.show_toast(Toast::AllMarkedRead);
            }
            store.divider.set(None);
            true
        }
        ("Escape", false, false, false) => {
            escape(store, reads, route);
            true
        }
        ("F6", false, false, _) => to_region(focused.as_ref(), shift),
        ("PageUp" | "PageDown", false, false, false) => scroll(key == "PageDown"),
        ("?", false, false, _) if !in_field => show_list(),
        // A character that is typed, or a text that is pasted, while no field has the focus goes to the composer: it has the
        // focus before the character arrives.
        (letter, false, false, _)
            if letter.chars().count() == 1 && !in_field && is_for_composer(letter, focused.as_ref()) =>
        {
            focus("#composer");
            false
        }
        ("v" | "V", true, false, false) if !in_field && is_for_composer("v", focused.as_ref()) => {
            focus("#composer");
            false
        }
        _ => false,
    }
}

/// Returns whether a character is meant for the composer and not for the focused element: because none has the focus, or because
/// a click has focused one by the way. The space bar presses a button again.
fn is_for_composer(character: &str, focused: Option<&Element>) -> bool {
    let Some(focused) = focused.filter(|at| !at.matches("body").unwrap_or(false)) else { return true };
    // While a part of the page is loading, what is typed is meant for that part.
    let is_elsewhere = focused.closest(".toasts").is_ok_and(|toasts| toasts.is_some());
    !modality::is_keyboard()
        && !is_elsewhere
        && (character != " " || !focused.matches(PRESSED_BY_SPACE).unwrap_or(false))
}

/// Closes the panel beside the conversation; without one, marks the channel as read.
fn escape(store: Store, reads: ReadReporter, route: Route) {
    if let Some(path) = route.now(|place| place.has_members.then(|| place.path.clone())) {
        return route.go(&path);
    }
    if let Some(open) = store.open.get_untracked() {
        reads.mark_channel_read(&open);
    }
    store.divider.set(None);
}

/// Opens the channel above or below in the list, or the next unread one there.
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

/// Focuses the next part of the page, or the one before.
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
    // An element that a narrow window does not show takes no focus.
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

/// The list of shortcuts.
#[cfg(feature = "ssr")]
pub fn key_rows(words: &crate::ui::words::Words) -> impl IntoView + use<> {
    let rows = words.keys().map(|(keys, does)| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{does}</dd></div> });
    view! { <dl>{rows.collect_view()}</dl> }
}

/// The dialog with the list of shortcuts. The server renders it, and a key shows it.
#[component]
pub fn KeyList() -> impl IntoView {
    // In the browser the element has no content, so that the server's content stays and adds nothing to the WASM.
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
