//! ② What this person has said and the server has not acknowledged: kept on this device, so that closing the tab loses
//! nothing. Before it on a message's way: `composer/input`. After it: `connection/sending`.
//!
//! All tabs of an account share it. Each message has a key of its own, so that no tab overwrites another one's, and
//! whatever one tab notes there the others are told by the browser, in that order.

use domain::{
    drafts::MessageBody,
    ids::{AccountId, ChannelId, MessageId, Pos},
    rejection::Code,
    timeline::{Pending, PendingState},
};
use leptos::prelude::{GetValue, WithValue};

use crate::{store::Store, ui::device_storage};

/// What is kept of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it goes.
    pub channel: ChannelId,
    /// The text.
    pub body: MessageBody,
    /// How far it is.
    pub step: Step,
}

/// How far a message is, as tabs tell each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No tab has handed it to a link.
    New,
    /// One has: the server may have it.
    Tried,
    /// Refused for good: the person decides.
    Refused(Code),
    /// Durable; the key goes next.
    Placed(Pos),
}

impl Kept {
    /// Two words and the text: `step channel`, a line break, the body.
    fn write(&self) -> String {
        let Kept { channel, body, step } = self;
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
            Some(("refused", code)) => Step::Refused(Code::from_word(code)),
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

/// Keeps a message, or how far it is now. False if the browser has no room or does not let us: it lives as long as this
/// tab then.
pub fn keep(store: &Store, id: MessageId, kept: &Kept) -> bool {
    let Some(storage) = device_storage() else { return false };
    store.me.with_value(|me| storage.set_item(&format!("{}{id}", prefix(&me.id)), &kept.write())).is_ok()
}

/// Notes how far a message is, if it is kept at all.
pub fn note(store: &Store, id: MessageId, step: Step) {
    if let Some(kept) = find(store, id) {
        keep(store, id, &Kept { step, ..kept });
    }
}

/// What is kept under an id.
pub fn find(store: &Store, id: MessageId) -> Option<Kept> {
    let text = store.me.with_value(|me| device_storage()?.get_item(&format!("{}{id}", prefix(&me.id))).ok()?)?;
    Kept::read(&text)
}

/// The server has it, or the person wants it gone.
pub fn forget(store: &Store, id: MessageId) {
    if let Some(storage) = device_storage() {
        // An error here means that there is no storage, and nothing in it.
        let _ = store.me.with_value(|me| storage.remove_item(&format!("{}{id}", prefix(&me.id))));
    }
}

/// All that is kept, in the order of sending. Bounded by what browsers give to one site.
pub fn all(store: &Store) -> Vec<(MessageId, Kept)> {
    let Some(storage) = device_storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok()?);
    let ids = store.me.with_value(|me| keys.filter_map(|key| id_in(&key, &me.id)).collect::<Vec<_>>());
    let mut all: Vec<(MessageId, Kept)> = Vec::new();
    for id in ids {
        if let Some(kept) = find(store, id) {
            // Ids rise with time.
            all.insert(all.partition_point(|(earlier, _)| *earlier < id), (id, kept));
        }
    }
    all
}

fn return_key(account: &AccountId) -> String {
    format!("jimmy-return/{account}")
}

/// Tells the other tabs that the server is there and knows this person.
pub fn tell_of_return(store: &Store) {
    if let Some(storage) = device_storage() {
        // Without storage the other tabs find out by themselves, later.
        let _ =
            store.me.with_value(|me| storage.set_item(&return_key(&me.id), &(js_sys::Date::now() as u64).to_string()));
    }
}

/// Whether this is how another tab tells that.
pub fn is_return(store: &Store, key: &str) -> bool {
    store.me.with_value(|me| return_key(&me.id) == key)
}

/// What another tab has noted: the message, and what is kept of it now.
pub fn change(store: &Store, key: &str, value: Option<&str>) -> Option<(MessageId, Option<Kept>)> {
    let id = store.me.with_value(|me| id_in(key, &me.id))?;
    match value {
        None => Some((id, None)),
        Some(value) => Kept::read(value).map(|kept| (id, Some(kept))),
    }
}

/// The row of what is kept.
pub fn row(store: &Store, id: MessageId, kept: Kept) -> Pending {
    Pending { id, author: store.me.get_value(), body: kept.body, state: kept.step.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_as_it_was_written() {
        let kept = |step| Kept { channel: "c".parse().unwrap(), body: MessageBody::parse("嗨\n你").unwrap(), step };
        for step in [Step::New, Step::Tried, Step::Refused(Code::NotMember), Step::Placed(Pos::new(1, 7))] {
            assert_eq!(Kept::read(&kept(step).write()), Some(kept(step)));
        }
        for odd in ["", "new c", "newer c\n嗨", "new \n嗨", "new c\n", "placed:x c\n嗨", "[]"] {
            assert_eq!(Kept::read(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_key_is_of_one_account_and_one_message() {
        let (ann, ann_b): (AccountId, AccountId) = ("ann".parse().unwrap(), "ann-b".parse().unwrap());
        let id = MessageId::generate();
        let key = format!("{}{id}", prefix(&ann));
        assert_eq!((id_in(&key, &ann), id_in(&key, &ann_b)), (Some(id), None));
        assert_eq!(id_in("jimmy-outbox/ann", &ann), None, "an older form");
        assert_eq!(id_in("jimmy-draft/ann/c", &ann), None);
    }
}
