//! ② Messages in the browser's storage, so that closing a tab loses none. All tabs of an account share them. Each message has a
//! key of its own, so that no tab overwrites another tab's message; the browser notifies the other tabs of each change, in order.

use domain::{
    drafts::MessageBody,
    error::ErrorCode,
    ids::{AccountId, ChannelId, MessageId, Pos},
    timeline::{Pending, PendingState},
};
use leptos::prelude::{GetValue, WithValue};

use crate::{store::Store, ui::device_storage};

/// A message in the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    pub channel: ChannelId,
    pub body: MessageBody,
    pub step: Step,
}

/// The progress of a message, as tabs share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No tab has sent it.
    New,
    /// A tab has sent it: the server may have it.
    Tried,
    /// The server has refused it for good: the user decides.
    Refused(ErrorCode),
    /// It is durable; the entry is removed next.
    Placed(Pos),
}

impl OutboxEntry {
    /// Encodes the entry as `step channel`, a line break, and the body.
    fn write(&self) -> String {
        let OutboxEntry { channel, body, step } = self;
        let step = match step {
            Step::New => "new".to_owned(),
            Step::Tried => "tried".to_owned(),
            Step::Refused(code) => format!("refused:{code}"),
            Step::Placed(pos) => format!("placed:{pos}"),
        };
        format!("{step} {channel}\n{}", body.as_str())
    }

    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once('\n')?;
        let (step, channel) = head.split_once(' ')?;
        let step = match step.split_once(':') {
            None if step == "new" => Step::New,
            None if step == "tried" => Step::Tried,
            Some(("refused", code)) => Step::Refused(ErrorCode::from_word(code)),
            Some(("placed", pos)) => Step::Placed(Pos::from_number(pos.parse().ok()?)?),
            _ => return None,
        };
        Some(Self { channel: channel.parse().ok()?, body: MessageBody::parse(body).ok()?, step })
    }
}

impl From<Step> for PendingState {
    fn from(step: Step) -> Self {
        match step {
            Step::New => PendingState::Kept,
            Step::Tried => PendingState::Waiting,
            Step::Refused(code) => PendingState::Failed(code),
            Step::Placed(pos) => PendingState::Placed(pos),
        }
    }
}

fn prefix(account: &AccountId) -> String {
    format!("jimmy-outbox/{account}/")
}

fn id_in(key: &str, account: &AccountId) -> Option<MessageId> {
    key.strip_prefix(&prefix(account))?.parse().ok()
}

/// Saves an entry. Returns false if the browser has no room or denies access: the message lives as long as this tab then.
pub fn save(store: &Store, id: MessageId, entry: &OutboxEntry) -> bool {
    let Some(storage) = device_storage() else { return false };
    store.me.with_value(|me| storage.set_item(&format!("{}{id}", prefix(&me.id)), &entry.write())).is_ok()
}

/// Sets the step of an entry, if there is one.
pub fn set_step(store: &Store, id: MessageId, step: Step) {
    if let Some(entry) = find(store, id) {
        save(store, id, &OutboxEntry { step, ..entry });
    }
}

/// Returns the entry of a message.
pub fn find(store: &Store, id: MessageId) -> Option<OutboxEntry> {
    let text = store.me.with_value(|me| device_storage()?.get_item(&format!("{}{id}", prefix(&me.id))).ok()?)?;
    OutboxEntry::read(&text)
}

/// Removes an entry: the server has the message, or the user discards it.
pub fn remove(store: &Store, id: MessageId) {
    if let Some(storage) = device_storage() {
        // An error here means that there is no storage, and nothing in it.
        let _ = store.me.with_value(|me| storage.remove_item(&format!("{}{id}", prefix(&me.id))));
    }
}

/// Returns all entries in the order of sending. Their number is bounded by the room that browsers give to one site.
pub fn all(store: &Store) -> Vec<(MessageId, OutboxEntry)> {
    let Some(storage) = device_storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok()?);
    let ids = store.me.with_value(|me| keys.filter_map(|key| id_in(&key, &me.id)).collect::<Vec<_>>());
    let mut all: Vec<(MessageId, OutboxEntry)> = Vec::new();
    for id in ids {
        if let Some(entry) = find(store, id) {
            // Ids increase with time.
            all.insert(all.partition_point(|(earlier, _)| *earlier < id), (id, entry));
        }
    }
    all
}

fn connected_key(account: &AccountId) -> String {
    format!("jimmy-return/{account}")
}

/// Notifies the other tabs that the server is reachable and accepts the session.
pub fn announce_connection(store: &Store) {
    if let Some(storage) = device_storage() {
        // Without storage the other tabs find out later, by their own attempts.
        let _ = store
            .me
            .with_value(|me| storage.set_item(&connected_key(&me.id), &(js_sys::Date::now() as u64).to_string()));
    }
}

/// Returns whether a change of this key is such a notification.
pub fn is_connection_announcement(store: &Store, key: &str) -> bool {
    store.me.with_value(|me| connected_key(&me.id) == key)
}

/// Reads a change that another tab has made: the message, and its entry now.
pub fn read_change(store: &Store, key: &str, value: Option<&str>) -> Option<(MessageId, Option<OutboxEntry>)> {
    let id = store.me.with_value(|me| id_in(key, &me.id))?;
    match value {
        None => Some((id, None)),
        Some(value) => OutboxEntry::read(value).map(|entry| (id, Some(entry))),
    }
}

/// Returns the pending row of an entry.
pub fn pending(store: &Store, id: MessageId, entry: OutboxEntry) -> Pending {
    Pending { id, author: store.me.get_value(), body: entry.body, state: entry.step.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entries_as_written() {
        let entry =
            |step| OutboxEntry { channel: "c".parse().unwrap(), body: MessageBody::parse("嗨\n你").unwrap(), step };
        for step in [Step::New, Step::Tried, Step::Refused(ErrorCode::NotMember), Step::Placed(Pos::new(1, 7))] {
            assert_eq!(OutboxEntry::read(&entry(step).write()), Some(entry(step)));
        }
        for odd in ["", "new c", "newer c\n嗨", "new \n嗨", "new c\n", "placed:x c\n嗨", "[]"] {
            assert_eq!(OutboxEntry::read(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn keys_belong_to_one_account_and_message() {
        let (ann, ann_b): (AccountId, AccountId) = ("ann".parse().unwrap(), "ann-b".parse().unwrap());
        let id = MessageId::generate();
        let key = format!("{}{id}", prefix(&ann));
        assert_eq!((id_in(&key, &ann), id_in(&key, &ann_b)), (Some(id), None));
        assert_eq!(id_in("jimmy-outbox/ann", &ann), None, "an older form");
        assert_eq!(id_in("jimmy-draft/ann/c", &ann), None);
    }
}
