//! The members of a channel.

use domain::{
    api::{Channel, Page},
    event::Account,
    ids::{AccountId, ChannelId},
    presence::Presence,
};
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::wasm_split;

use crate::{
    api_client::fetch,
    presence::{PresenceModel, avatar_with_status, presence_class},
    store::compare_names,
    ui::{
        Icon, SmallIcon, folded,
        on_demand::{NotLoaded, loaded, on_demand},
        use_words,
        words::Words,
    },
};

/// Members that are loaded at a time: all members of most channels, so that they can be sorted and filtered.
const MEMBERS: usize = 1_000;

/// The panel with a channel's members.
#[component]
pub fn MemberPanel(
    channel: ChannelId,
    /// The present state of the channel.
    shown: Memo<Option<Channel>>,
    /// The list that came with the page.
    members: StoredValue<Option<Page<Account>>>,
) -> impl IntoView {
    on_demand(load_panel, move || loaded(panel(channel.clone(), shown, members)))
}

#[wasm_split(on_demand, fallible, preload(load_panel))]
pub(crate) fn panel(
    channel: ChannelId,
    shown: Memo<Option<Channel>>,
    members: StoredValue<Option<Page<Account>>>,
) -> Result<AnyView, NotLoaded> {
    let members = members.get_value();
    let words = use_words();
    let presence = expect_context::<PresenceModel>().members;
    let begun = members.as_ref().map(|page| page.next.is_none());
    let members = RwSignal::new(members);
    let filter = RwSignal::new(String::new());
    let (id, watched) = (channel.clone(), channel.clone());
    let count = Memo::new(move |_| shown.with(|channel| channel.as_ref().map_or(0, |channel| channel.member_count)));
    let load = move |most: usize| {
        spawn_local(load(id.clone(), most, members));
    };
    let load_first = load.clone();
    Effect::new(move |_| presence.watch(watched.clone()));
    // Loads the members unless all came with the page, and again when their number changes.
    Effect::new(move |before: Option<u64>| {
        let count = count.get();
        match before {
            None if begun == Some(true) => members
                .update(|page| page.iter_mut().for_each(|page| page.items = sorted(std::mem::take(&mut page.items)))),
            Some(before) if before == count => {}
            _ => load_first(MEMBERS),
        }
        count
    });
    let list = move || {
        let page = members.get()?;
        let wanted = folded(filter.get().trim());
        let found = page.items.into_iter().filter(|account| is_found(account, &wanted));
        let state = |account: &Account, there: &[(AccountId, Presence)]| {
            there.iter().find(|(id, _)| *id == account.id).map(|(_, state)| *state).unwrap_or_default()
        };
        let sections = presence.states.with(|states| match states {
            // Until the server has sent the presence, none is shown.
            None => vec![(None, found.map(|account| (account, None)).collect::<Vec<_>>())],
            Some(there) => {
                let (on, off): (Vec<_>, Vec<_>) = found
                    .map(|account| (state(&account, there), account))
                    .map(|(state, account)| (account, Some(state)))
                    .partition(|(_, state)| *state != Some(Presence::Offline));
                let all_on = there.iter().filter(|(_, state)| *state != Presence::Offline).count();
                let (on_count, off_count) = match (wanted.is_empty(), page.next.is_some()) {
                    // The list has only a part of the members.
                    (true, true) => (all_on, (count.get() as usize).saturating_sub(all_on)),
                    _ => (on.len(), off.len()),
                };
                let titled = |state, count| Some(format!("{} · {count}", words.presence(state)));
                vec![(titled(Presence::Online, on_count), on), (titled(Presence::Offline, off_count), off)]
            }
        });
        let load = load.clone();
        let held = MEMBERS.max(members.with(|page| page.as_ref().map_or(0, |page| page.items.len())));
        let is_none = !wanted.is_empty() && sections.iter().all(|(_, rows)| rows.is_empty());
        Some((
            is_none.then(|| view! { <p class="none">{words.nothing_found_title}</p> }),
            sections.into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(title, rows)| view! {
                {title.map(|title| view! { <h3 class="sec">{title}</h3> })}
                <ul>{rows.into_iter().map(|(account, state)| member(account, state, words)).collect_view()}</ul>
            }).collect_view(),
            page.next.map(|_| view! {
                <button type="button" class="btn quiet small" on:click=move |_| load(held + MEMBERS)>{words.more}</button>
            }),
        ))
    };
    let close = format!("/c/{channel}");
    let panel = view! {
        <a class="outside" href=close.clone() tabindex="-1" aria-hidden="true"></a>
        <aside class="panel" aria-label=words.members>
            <div class="head">
                <a class="icon-btn back" href=close.clone() title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
                <h2>{words.members}<small>{count}</small></h2>
                <a class="icon-btn" href=close title=words.close aria-label=words.close><Icon name="x"/></a>
            </div>
            <div class="pbody">
                <label class="input filter">
                    <SmallIcon name="search"/>
                    <input
                        type="search"
                        placeholder=words.filter_members
                        aria-label=words.filter_members
                        on:input=move |event| filter.set(event_target_value(&event))
                    />
                </label>
                {list}
            </div>
        </aside>
    };
    Ok(panel.into_any())
}

/// Loads at least `most` members if there are, and sorts them in the order of the user's language.
async fn load(id: ChannelId, most: usize, members: RwSignal<Option<Page<Account>>>) {
    let mut all = Page { items: Vec::new(), next: None };
    let mut query = vec![("limit", "100".to_owned())];
    loop {
        let Ok(page) = fetch::members(&id, &query).await else { return };
        all.items.extend(page.items);
        all.next = page.next;
        match &all.next {
            Some(next) if all.items.len() < most => {
                query.truncate(1);
                query.push(("cursor", next.clone()));
            }
            _ => break,
        }
    }
    all.items = sorted(all.items);
    members.try_set(Some(all));
}

/// Sorts by insertion: a binary search is in the page already, a sort is not.
fn sorted(accounts: Vec<Account>) -> Vec<Account> {
    accounts.into_iter().fold(Vec::new(), |mut all, account| {
        let is_before =
            |known: &Account| compare_names(known.display_name.as_str(), account.display_name.as_str()).is_le();
        let place = all.partition_point(is_before);
        all.insert(place, account);
        all
    })
}

/// Returns whether a name contains the filter text.
fn is_found(account: &Account, wanted: &str) -> bool {
    [account.display_name.as_str(), account.name.as_str()].iter().any(|name| folded(name).contains(wanted))
}

fn member(account: Account, state: Option<Presence>, words: &'static Words) -> impl IntoView {
    let name = account.display_name.as_str().to_owned();
    let user = account.name.as_str().to_owned();
    let differs = user != name;
    let class = if state == Some(Presence::Offline) { "member off" } else { "member" };
    view! {
        <li class=class>
            {avatar_with_status(account, move || state.map(presence_class))}
            <span class="who">
                <b><bdi>{name}</bdi></b>
                {differs.then(|| view! { <small>{user}</small> })}
                {state.map(|state| view! { <span class="vh">{words.presence(state)}</span> })}
            </span>
        </li>
    }
}
