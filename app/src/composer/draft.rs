//! Drafts, kept for each channel on this device at every change: they survive a reload and the way to another channel. Each tab
//! has its own; the device keeps the newest, for a tab that is opened later.

use domain::ids::{AccountId, ChannelId};
use leptos::prelude::*;

use super::field;
use crate::ui::{device_storage, words::Words};

fn key(account: &AccountId, channel: &ChannelId) -> String {
    format!("jimmy-draft/{account}/{channel}")
}

/// What was being written there.
pub fn load(account: &AccountId, channel: &ChannelId) -> Option<String> {
    let key = key(account, channel);
    let draft =
        [of_this_tab(), device_storage()].into_iter().flatten().find_map(|storage| storage.get_item(&key).ok()?)?;
    // It is this tab's from now on: what is sent from here takes it away.
    if let Some(tab) = of_this_tab() {
        // A full storage keeps the draft a little too long, no more.
        let _ = tab.set_item(&key, &draft);
    }
    Some(draft)
}

/// Keeps what is being written there; nothing is kept of nothing.
pub fn save(account: &AccountId, channel: &ChannelId, text: &str) {
    let key = key(account, channel);
    let before = of_this_tab().and_then(|tab| tab.get_item(&key).ok()?);
    // What another tab has written since is not this one's to take away.
    let device = device_storage().filter(|device| !text.is_empty() || device.get_item(&key).ok().flatten() == before);
    for storage in [of_this_tab(), device].into_iter().flatten() {
        // A full or forbidden storage loses no more than the draft of a closed tab.
        let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) };
    }
}

/// Where this device keeps something that was being written.
pub fn all(account: &AccountId) -> Vec<ChannelId> {
    let Some(storage) = device_storage() else { return Vec::new() };
    let prefix = format!("jimmy-draft/{account}/");
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok()?);
    keys.filter_map(|key| key.strip_prefix(&prefix)?.parse().ok()).collect()
}

fn of_this_tab() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}

/// Puts a text back into the field on the screen, before what stands there, and keeps it as the draft.
pub fn put_back(account: &AccountId, channel: &ChannelId, text: &str, words: &Words) {
    use wasm_bindgen::JsCast;
    let field = document()
        .get_element_by_id("composer")
        .and_then(|field| field.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let written = field.as_ref().map(|field| field.value()).or_else(|| load(account, channel)).unwrap_or_default();
    let text = if written.trim().is_empty() { text.to_owned() } else { format!("{text}\n{written}") };
    save(account, channel, &text);
    if let Some(field) = field {
        field.set_value(&text);
        field::look(&field, words);
        // The browser may refuse; then a click does it.
        let _ = field.focus();
    }
}
