//! What several servers do to one directory in the same moment.

use std::{collections::BTreeMap, path::Path};

use domain::{
    event::Account,
    ids::{ChannelId, Pos, SessionId},
    record::Action,
};
use futures_util::future::{join, join_all};
use jimmy_server::ports::{
    Directory,
    directory::{Change, ChangeError, OutboxRow, ReadMark, Spent},
};

use super::{
    super::samples::{account_draft, at, channel_draft, membership, session_draft},
    sign_up,
};

/// Number of concurrent calls.
const MANY: usize = 32;
/// Number of concurrent users who join and leave.
const COMING: usize = 6;
/// Number of repetitions.
const ROUNDS: usize = 10;

async fn sqlite(folder: &Path) -> Box<dyn Directory> {
    super::sqlite(folder).await
}

async fn postgres(folder: &Path) -> Box<dyn Directory> {
    super::postgres(folder).await
}

async fn people(directory: &dyn Directory) -> Vec<Account> {
    join_all((0..MANY).map(|number| async move { sign_up(directory, &format!("person{number}")).await })).await
}

/// Takes everything out of the outbox, in the order in which it is relayed.
async fn relayed(directory: &dyn Directory) -> Vec<OutboxRow> {
    let mut left = Vec::new();
    loop {
        let rows = directory.outbox(100).await.expect("a list");
        if rows.is_empty() {
            return left;
        }
        directory.outbox_done(&rows.iter().map(|row| row.seq).collect::<Vec<_>>()).await.expect("done");
        left.extend(rows);
    }
}

async fn concurrent_first_accounts_have_one_owner_and_hall(open: impl AsyncFn() -> Box<dyn Directory>) {
    let (here, there) = (open().await, open().await);
    let (some, others) = join(
        join_all((0..MANY).step_by(2).map(|number| sign_up_as(&*here, number))),
        join_all((1..MANY).step_by(2).map(|number| sign_up_as(&*there, number))),
    )
    .await;
    let accounts = [some, others].concat();
    let owns = accounts.iter().map(|account| here.owns_workspace(&account.id));
    let owners = join_all(owns).await.into_iter().filter(|owns| *owns.as_ref().expect("an answer")).count();
    assert_eq!(owners, 1);
    let hall = here.hall().await.expect("an answer").expect("a hall");
    let seen = here.channel(&hall, &accounts[0].id).await.expect("an answer").expect("a channel");
    assert_eq!((seen.member_count, here.member_ids(&hall, 100).await.expect("ids").len()), (MANY as u64, MANY));
    let actions: Vec<Action> = relayed(&*here).await.into_iter().map(|row| row.action).collect();
    assert!(matches!(actions[0], Action::Create { .. }), "{:?}", actions[0]);
    assert_eq!(actions.len(), 1 + MANY);
}

async fn sign_up_as(directory: &dyn Directory, number: usize) -> Account {
    sign_up(directory, &format!("person{number}")).await
}

async fn concurrent_sign_ups_get_a_name_once(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let given = join_all((0..MANY).map(|_| async { directory.create_account(&account_draft("ann")).await })).await;
    assert_eq!(given.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(given.iter().all(|made| matches!(made, Ok(_) | Err(ChangeError::NameTaken))), "{given:?}");
    let ann = given.into_iter().find_map(Result::ok).expect("an account");
    let made = join_all((0..MANY).map(|_| async { directory.create_channel(&channel_draft(&ann, "zoo")).await })).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(made.iter().all(|made| matches!(made, Ok(()) | Err(ChangeError::NameTaken))), "{made:?}");
    assert_eq!(relayed(&*directory).await.len(), 4, "nothing is left of what was refused");
}

async fn concurrent_joins_and_leaves_are_counted(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let people = people(&*directory).await;
    let channel = channel_draft(&people[0], "zoo");
    directory.create_channel(&channel).await.expect("made");
    // Each of them twice, one after the other.
    let twice = |people: &[Account]| people.iter().flat_map(|who| [who, who]).cloned().collect::<Vec<_>>();
    let (come, go) = (twice(&people), twice(&people[..MANY / 2]));
    let joins = come.iter().map(|who| async { directory.join(&membership(who, &channel.id)).await.expect("joined") });
    let made = join_all(joins).await.into_iter().filter(|change| *change == Change::Made).count();
    assert_eq!(made, MANY - 1, "the owner was there");
    let leaves = go.iter().map(|who| async { directory.leave(&membership(who, &channel.id)).await.expect("left") });
    let made = join_all(leaves).await.into_iter().filter(|change| *change == Change::Made).count();
    assert_eq!(made, MANY / 2);
    let seen = directory.channel(&channel.id, &people[0].id).await.expect("an answer").expect("a channel");
    assert_eq!((seen.member_count, seen.joined), ((MANY - MANY / 2) as u64, false));
    let of_the_zoo = relayed(&*directory).await.into_iter().filter(|row| row.channel == channel.id).count();
    assert_eq!(of_the_zoo, 2 + MANY - 1 + MANY / 2, "each change has one event");
}

async fn outbox_keeps_order_under_concurrent_changes(open: impl AsyncFn() -> Box<dyn Directory>) {
    let (directory, elsewhere) = (open().await, open().await);
    let people = people(&*directory).await;
    let zoo = channel_draft(&people[0], "zoo");
    directory.create_channel(&zoo).await.expect("made");
    relayed(&*directory).await;
    // As many as have a connection each: a change is relayed while others are under way.
    let come_and_go = join_all(people[1..=COMING].iter().map(|who| async {
        let change = membership(who, &zoo.id);
        for _ in 0..ROUNDS {
            assert_eq!(directory.join(&change).await.expect("joined"), Change::Made);
            assert_eq!(directory.leave(&change).await.expect("left"), Change::Made);
        }
    }));
    let relay = async {
        let mut left = Vec::new();
        while left.len() < COMING * ROUNDS * 2 {
            left.extend(relayed(&*elsewhere).await);
            tokio::task::yield_now().await;
        }
        left
    };
    let (_, left) = join(come_and_go, relay).await;
    assert!(left.windows(2).all(|pair| pair[0].seq < pair[1].seq), "one was made visible before an earlier one");
    let mut inside: BTreeMap<&str, bool> = BTreeMap::new();
    for row in &left {
        let (who, comes) = match &row.action {
            Action::Join { who } => (who, true),
            Action::Leave { who } => (who, false),
            other => panic!("{other:?}"),
        };
        assert_ne!(inside.insert(who.id.as_str(), comes), Some(comes), "come and gone in turn");
    }
}

async fn concurrent_refreshes_spend_a_token_once(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let session = session_draft(&ann.id, 9_000);
    assert!(directory.open_session(&session, "hash of ann").await.expect("an answer"));
    directory.issue_refresh(&[1; 32], &session.id, at(1_000)).await.expect("issued");
    let spends = (0..MANY).map(|_| async { directory.spend_refresh(&[1; 32], at(2_000)).await.expect("an answer") });
    let (now, before): (Vec<Spent>, _) =
        join_all(spends).await.into_iter().partition(|spent| matches!(spent, Spent::Now(_)));
    assert_eq!(now, [Spent::Now(session.id.clone())]);
    assert!(before.iter().all(|spent| *spent == Spent::Before(session.id.clone(), at(2_000))), "{before:?}");
}

/// Each session is either refused, or one of those that the new password ends.
async fn concurrent_log_ins_end_with_a_new_password(open: impl AsyncFn() -> Box<dyn Directory>) {
    let (here, there) = (open().await, open().await);
    let ann = sign_up(&*here, "ann").await;
    let mut verified = "hash of ann".to_owned();
    for round in 0..ROUNDS {
        let new = format!("hash of round {round}");
        let drafts: Vec<_> = (0..MANY).map(|_| session_draft(&ann.id, 9_000)).collect();
        let opens = drafts.iter().map(|draft| here.open_session(draft, &verified));
        let (opened, ended) = join(join_all(opens), there.set_password(&ann.id, &new, at(2_000))).await;
        let opened = opened.into_iter().filter(|opened| *opened.as_ref().expect("an answer")).count();
        assert_eq!(ended.expect("set").len(), opened, "in round {round}");
        let left = here.sessions(&ann.id, at(3_000), MANY).await.expect("a list");
        assert!(left.is_empty(), "in round {round}: {left:?}");
        verified = new;
    }
}

/// Batches that name the same rows in opposite orders: none waits for another for ever, and none moves anything back.
async fn concurrent_markers_and_last_use_only_advance(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let people = people(&*directory).await;
    let hall = directory.hall().await.expect("an answer").expect("a hall");
    let sessions: Vec<_> = (0..MANY).map(|_| session_draft(&people[0].id, 9_000_000)).collect();
    let opened = join_all(sessions.iter().map(|draft| directory.open_session(draft, "hash of person0"))).await;
    assert!(opened.into_iter().all(|opened| opened.expect("an answer")));
    let batches = (1..=MANY as u64).map(|number| {
        // Neither the first nor the last of them is the farthest.
        let place = 1 + (number * 7) % MANY as u64;
        let mut marks: Vec<ReadMark> = people.iter().map(|who| mark(who, &hall, place)).collect();
        let mut uses: Vec<(SessionId, _)> =
            sessions.iter().map(|draft| (draft.id.clone(), at(1_000 + place as i64))).collect();
        if number % 2 == 0 {
            marks.reverse();
            uses.reverse();
        }
        let directory = &directory;
        async move {
            directory.mark_read(&marks).await.expect("marked");
            directory.used_sessions(&uses).await.expect("noted");
        }
    });
    join_all(batches).await;
    for who in &people {
        let seen = directory.channel(&hall, &who.id).await.expect("an answer").expect("a channel");
        assert_eq!((seen.read, seen.read_n), (Pos::new(1, MANY as u64), MANY as u64));
    }
    let listed = directory.sessions(&people[0].id, at(2_000), 100).await.expect("a list");
    assert_eq!(listed.len(), MANY);
    assert!(listed.iter().all(|row| row.last_used_at == at(1_000 + MANY as i64)));
    let ended = join_all((0..4).map(|_| directory.end_sessions(&people[0].id, at(2_000)))).await;
    assert_eq!(ended.into_iter().flat_map(|ended| ended.expect("ended")).count(), MANY, "each is ended once");
}

fn mark(who: &Account, channel: &ChannelId, place: u64) -> ReadMark {
    ReadMark { account: who.id.clone(), channel: channel.clone(), pos: Pos::new(1, place), n: place }
}

async fn concurrent_outbox_leases_have_one_winner(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let names: Vec<String> = (0..MANY).map(|number| format!("server {number}")).collect();
    let leases = names.iter().map(|name| async { directory.lease_outbox(name, 60).await.expect("an answer") });
    assert_eq!(join_all(leases).await.into_iter().filter(|is_ours| *is_ours).count(), 1);
}

adapters! {
    sqlite => [
        concurrent_first_accounts_have_one_owner_and_hall,
        concurrent_sign_ups_get_a_name_once,
        concurrent_joins_and_leaves_are_counted,
        outbox_keeps_order_under_concurrent_changes,
        concurrent_refreshes_spend_a_token_once,
        concurrent_log_ins_end_with_a_new_password,
        concurrent_markers_and_last_use_only_advance,
        concurrent_outbox_leases_have_one_winner,
    ],
    postgres => [
        concurrent_first_accounts_have_one_owner_and_hall,
        concurrent_sign_ups_get_a_name_once,
        concurrent_joins_and_leaves_are_counted,
        outbox_keeps_order_under_concurrent_changes,
        concurrent_refreshes_spend_a_token_once,
        concurrent_log_ins_end_with_a_new_password,
        concurrent_markers_and_last_use_only_advance,
        concurrent_outbox_leases_have_one_winner,
    ],
}
