//! One row of a conversation.

use domain::{
    clock::{Local, Timestamp},
    error::ErrorCode,
    event::Account,
    ids::{ChannelId, MessageId},
    rows::{Happening, MessageRow, Row},
    text::is_long,
    timeline::PendingState,
};
use leptos::prelude::*;

use super::body::Body;
use crate::{
    composer::draft,
    outbox::Outbox,
    store::Store,
    ui::{Avatar, Clock, SmallIcon, Zone, use_words},
};

/// Most names that a folded row shows; the others are counted.
const NAMES_SHOWN: usize = 3;

/// One row of the timeline.
#[component]
pub fn RowView(row: Row, channel: ChannelId) -> impl IntoView {
    match row {
        Row::Day { at, local } => view! { <DayDivider at local/> }.into_any(),
        Row::New => view! { <NewDivider/> }.into_any(),
        Row::Message(row) => view! { <MessageView row=*row channel/> }.into_any(),
        Row::Happened { what, who, .. } => view! { <Happened what who/> }.into_any(),
    }
}

#[component]
fn DayDivider(at: Timestamp, local: Local) -> impl IntoView {
    let words = use_words();
    let zone = expect_context::<Zone>();
    let text = move || {
        let today = zone.today();
        let day = words.day(&local, local.year != today.year);
        if local.date() == today.date() { words.today_is(&day) } else { day }
    };
    // The children of a separator are not in the accessibility tree: the label says it.
    view! { <div class="day" role="separator" aria-label=text><time datetime=at.to_string()>{text}</time></div> }
}

/// The divider above unread messages.
#[component]
fn NewDivider() -> impl IntoView {
    let words = use_words();
    view! { <div class="new" id="new" role="separator" aria-label=words.has_news>{words.has_news}</div> }
}

#[component]
fn Happened(what: Happening, who: Vec<Account>) -> impl IntoView {
    let words = use_words();
    let others = who.len().saturating_sub(NAMES_SHOWN);
    let icon = match what {
        Happening::Created => "hash",
        Happening::Joined => "user-plus",
        Happening::Left => "log-out",
    };
    let text = match what {
        Happening::Created => words.created_by().to_owned(),
        Happening::Joined => words.joined_channel(who.len(), others),
        Happening::Left => words.left_channel(who.len(), others),
    };
    let name = |(at, account): (usize, Account)| {
        view! {
            {(at > 0).then(|| words.name_separator())}
            <bdi>{account.display_name.as_str().to_owned()}</bdi>
        }
    };
    // Each name keeps its own writing direction, as with `bdi`, without an element for each of perhaps hundreds.
    let all = (others > 0).then(|| {
        let each = |account: &Account| format!("\u{2068}{}\u{2069}", account.display_name.as_str());
        who.iter().map(each).collect::<Vec<_>>().join(words.name_separator())
    });
    let names = who.into_iter().take(NAMES_SHOWN).enumerate().map(name).collect_view();
    let line = view! { <SmallIcon name=icon/><span><b>{names}</b>{text}</span> };
    match all {
        None => view! { <div class="join">{line}</div> }.into_any(),
        Some(all) => view! { <details class="join"><summary>{line}</summary><p>{all}</p></details> }.into_any(),
    }
}

#[component]
fn MessageView(row: MessageRow, channel: ChannelId) -> impl IntoView {
    let MessageRow { id, first, author, body, at, pending, .. } = row;
    let failed = match pending {
        Some(PendingState::Failed(code)) => Some(code),
        _ => None,
    };
    let is_sending = pending.is_some() && failed.is_none();
    let class = match (first, is_sending, failed.is_some()) {
        (true, false, false) => "msg first",
        (false, false, false) => "msg",
        (true, true, _) => "msg first pending",
        (false, true, _) => "msg pending",
        (true, _, true) => "msg first failed",
        (false, _, true) => "msg failed",
    };
    let clock = move |class| at.map(|(at, local)| view! { <Clock at local class/> });
    let gutter = match (first, is_sending) {
        (true, _) => view! { <Avatar account=author.clone()/> }.into_any(),
        (false, true) => view! { <SendingMark/> }.into_any(),
        (false, false) if at.is_some() => clock("at").into_any(),
        // A refused message has no time; its text stays out of the gutter nevertheless.
        (false, false) => view! { <span class="at"></span> }.into_any(),
    };
    let by = first.then(|| {
        view! {
            <div class="by">
                <b><bdi>{author.display_name.as_str().to_owned()}</bdi></b>
                {clock("")}
                {is_sending.then(|| view! { <SendingMark/> })}
            </div>
        }
    });
    let text = body.clone();
    let folded = is_long(&text) && !is_newest_own(&channel, id, &author);
    let is_unsent = pending == Some(PendingState::Kept);
    let stored_in = channel.clone();
    // The author, for screen readers.
    let label = author.display_name.as_str().to_owned();
    view! {
        <article class=class id=format!("m-{id}") tabindex="-1" aria-label=label>
            {gutter}
            <div>
                {by}
                <Body text folded/>
                {failed.map(|code| view! { <Failed code id body channel/> })}
            </div>
            {is_unsent.then(|| view! { <DiscardButton id channel=stored_in/> })}
        </article>
    }
}

/// Returns whether this is the newest message of the user, which they want to see whole after sending it. Called when the row is
/// created.
fn is_newest_own(channel: &ChannelId, id: MessageId, author: &Account) -> bool {
    let store = expect_context::<Store>();
    let newest = store.find_timeline(channel).and_then(|held| {
        held.with_untracked(|held| {
            let pending = held.pending().last().map(|pending| pending.id);
            let mut messages = held.events().iter().rev().filter_map(|event| event.message());
            pending.or_else(|| {
                messages.find(|one| one.author.id == author.id).filter(|_| !held.has_newer()).map(|one| one.id)
            })
        })
    });
    newest == Some(id) && store.me.with_value(|me| me.id == author.id)
}

/// The mark of a message that is not acknowledged; it is visible only after a moment.
#[component]
fn SendingMark() -> impl IntoView {
    let words = use_words();
    view! { <span class="wait" role="img" aria-label=words.sending title=words.sending><SmallIcon name="clock"/></span> }
}

/// Discards a message that was never sent. It takes no room, so that the row keeps its height.
#[component]
fn DiscardButton(id: MessageId, channel: ChannelId) -> impl IntoView {
    let words = use_words();
    let outbox = expect_context::<Outbox>();
    view! {
        <button type="button" class="icon-btn discard" title=words.discard aria-label=words.discard on:click=move |_| outbox.discard(&channel, id)>
            <SmallIcon name="trash-2"/>
        </button>
    }
}

/// Why a message was refused, and what the user can do.
#[component]
fn Failed(code: ErrorCode, id: MessageId, body: String, channel: ChannelId) -> impl IntoView {
    let words = use_words();
    let (outbox, store) = (expect_context::<Outbox>(), expect_context::<Store>());
    let (retried, edited, discarded) = (channel.clone(), channel.clone(), channel);
    view! {
        <div class="state" role="alert">
            <SmallIcon name="circle-alert"/>
            <span title=words.refusal(code)>{words.not_sent}</span>
            <button type="button" on:click=move |_| outbox.retry(&retried, id)>{words.try_again}</button>
            <button type="button" on:click=move |_| {
                outbox.discard(&edited, id);
                store.me.with_value(|me| draft::prepend(&me.id, &edited, &body, words));
            }>{words.edit}</button>
            <button type="button" on:click=move |_| outbox.discard(&discarded, id)>{words.discard}</button>
        </div>
        <div class="why">{words.refusal(code)}</div>
    }
}
