//! Drafts, saved for each channel at every change, so that they survive a reload and a change of the channel. Each tab has its
//! own drafts; the device keeps the newest of each channel for a tab that is opened later.

use domain::ids::{AccountId, ChannelId};
use leptos::prelude::*;

use super::field;
use crate::ui::{device_storage, words::Words};

fn key(account: &AccountId, channel: &ChannelId) -> String {
    format!("jimmy-draft/{account}/{channel}")
}

/// Returns the draft of a channel.
pub fn load(account: &AccountId, channel: &ChannelId) -> Option<String> {
    let key = key(account, channel);
    let draft =
        [tab_storage(), device_storage()].into_iter().flatten().find_map(|storage| storage.get_item(&key).ok()?)?;
    // It is this tab's draft from now on: sending it from here removes it.
    if let Some(tab) = tab_storage() {
        // A full storage only keeps the draft for too long.
        let _ = tab.set_item(&key, &draft);
    }
    Some(draft)
}

/// Saves the draft of a channel; an empty one is removed.
pub fn save(account: &AccountId, channel: &ChannelId, text: &str) {
    let key = key(account, channel);
    let before = tab_storage().and_then(|tab| tab.get_item(&key).ok()?);
    // A draft that another tab has written since is not removed here.
    let device = device_storage().filter(|device| !text.is_empty() || device.get_item(&key).ok().flatten() == before);
    for storage in [tab_storage(), device].into_iter().flatten() {
        // A full or forbidden storage only loses the draft of a closed tab.
        let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) };
    }
}

/// Returns the channels with a draft on this device.
pub fn all(account: &AccountId) -> Vec<ChannelId> {
    let Some(storage) = device_storage() else { return Vec::new() };
    let prefix = format!("jimmy-draft/{account}/");
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok()?);
    keys.filter_map(|key| key.strip_prefix(&prefix)?.parse().ok()).collect()
}

fn tab_storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}

/// Puts a text into the composer on the screen, before the text already in it, and saves both as the draft.
pub fn prepend(account: &AccountId, channel: &ChannelId, text: &str, words: &Words) {
    use wasm_bindgen::JsCast;
    let field = document()
        .get_element_by_id("composer")
        .and_then(|field| field.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let written = field.as_ref().map(|field| field.value()).or_else(|| load(account, channel)).unwrap_or_default();
    let text = if written.trim().is_empty() { text.to_owned() } else { format!("{text}\n{written}") };
    save(account, channel, &text);
    if let Some(field) = field {
        field.set_value(&text);
        field::update_form(&field, words);
        // The browser may refuse; then a click focuses it.
        let _ = field.focus();
    }
}
