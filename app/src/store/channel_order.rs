//! The order of channels, and their titles.

use std::cmp::Ordering;

use domain::api::{Channel, ChannelKind};
use leptos::prelude::document;

use crate::ui::words::Words;

/// Returns whether a channel is listed before another: the hall first, then by name in the order of the user's language.
pub fn is_listed_before(one: &Channel, other: &Channel) -> bool {
    match (one.kind == ChannelKind::Hall, other.kind == ChannelKind::Hall) {
        (false, false) => compare_names(one.name.as_str(), other.name.as_str()).is_lt(),
        (is_hall, _) => is_hall,
    }
}

/// Compares names in the order of the page's language, with numbers by value and Chinese by strokes. Only the browser knows
/// that order.
pub fn compare_names(one: &str, other: &str) -> Ordering {
    let language = document().document_element().and_then(|page| page.get_attribute("lang")).unwrap_or_default();
    let order = if language.starts_with("zh") { "zh-Hant-TW-u-co-stroke-kn" } else { "en-u-kn" };
    let order = js_sys::Array::of1(&order.into());
    js_sys::JsString::from(one).locale_compare(other, &order, &js_sys::Object::new()).cmp(&0)
}

/// Sorts channels. The server sends them in another order because it does not know the strokes of a name.
pub fn sorted(channels: Vec<Channel>) -> Vec<Channel> {
    let mut all: Vec<Channel> = Vec::new();
    for channel in channels {
        all.insert(all.partition_point(|known| is_listed_before(known, &channel)), channel);
    }
    all
}

/// Returns the title of a channel; the hall has a translated title until it is renamed.
pub fn title(channel: &Channel, words: &Words) -> String {
    match channel.kind {
        ChannelKind::Hall if channel.name.as_str() == "Hall" => words.hall.to_owned(),
        _ => channel.name.as_str().to_owned(),
    }
}
