//! The contract of [`Directory`].

use std::{collections::BTreeSet, path::Path};

mod at_once;

use domain::{
    api::ChannelKind,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::WorkspaceName,
    record::Action,
    workspace::{Language, SignUp, Workspace},
};
use jimmy_server::{
    adapters::{postgres::PostgresDirectory, sqlite::SqliteDirectory},
    ports::{
        Directory,
        directory::{Change, ChangeError, ChannelDraft, ChannelQuery, ReadMark, Spent},
    },
};

use super::samples::{account_draft, at, channel_draft, membership, session_draft};

async fn sqlite(folder: &Path) -> Box<dyn Directory> {
    Box::new(SqliteDirectory(super::sqlite(folder).await))
}

async fn postgres(folder: &Path) -> Box<dyn Directory> {
    Box::new(PostgresDirectory(super::postgres::store(folder).await))
}

async fn sign_up(directory: &dyn Directory, name: &str) -> Account {
    directory.create_account(&account_draft(name)).await.expect("a new account")
}

fn all() -> ChannelQuery {
    ChannelQuery { limit: 100, ..ChannelQuery::default() }
}

async fn first_account_creates_the_hall_for_all(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    assert_eq!(directory.hall().await.expect("an answer"), None);
    let ann = sign_up(&*directory, "ann").await;
    let bob = sign_up(&*directory, "bob").await;
    let hall = directory.hall().await.expect("an answer").expect("a hall");
    let seen = directory.channel(&hall, &bob.id).await.expect("an answer").expect("a channel");
    assert_eq!((seen.kind, seen.member_count, seen.joined), (ChannelKind::Hall, 2, true));
    let (members, next) = directory.members(&hall, None, 10).await.expect("a list");
    let ids: BTreeSet<AccountId> = directory.member_ids(&hall, 10).await.expect("ids").into_iter().collect();
    assert_eq!(ids, BTreeSet::from([ann.id.clone(), bob.id.clone()]));
    assert_eq!(directory.member_ids(&hall, 1).await.expect("ids").len(), 1);
    let after_ann = directory.members(&hall, Some("ann\0"), 10).await.expect("a list");
    assert_eq!(after_ann, (vec![bob.clone()], None));
    assert_eq!((members, next), (vec![ann, bob], None));
}

async fn names_and_lookalikes_are_unique(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    sign_up(&*directory, "ann").await;
    let same = account_draft("ANN");
    assert!(matches!(directory.create_account(&same).await, Err(ChangeError::NameTaken)));
    let mut alike = account_draft("αnn");
    alike.name_skeleton = account_draft("ann").name_skeleton;
    assert!(matches!(directory.create_account(&alike).await, Err(ChangeError::NameTaken)));
    let login = directory.login("ann").await.expect("an answer").expect("an account");
    assert_eq!((login.account.name.as_str(), login.password_hash.as_str()), ("ann", "hash of ann"));
    assert!(directory.login("αnn").await.expect("an answer").is_none(), "nothing is left of what was refused");
}

async fn session_lives_until_expiry_or_log_out(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let (first, second) = (session_draft(&ann.id, 9_000), session_draft(&ann.id, 9_000));
    assert!(directory.open_session(&first, "hash of ann").await.expect("an answer"));
    assert!(directory.open_session(&second, "hash of ann").await.expect("an answer"));
    let lives = async |id, now| directory.session(id, at(now)).await.expect("an answer").map(|live| live.account);
    assert_eq!(lives(&first.id, 8_999).await, Some(ann.clone()));
    assert_eq!(lives(&first.id, 9_000).await, None, "over");
    directory.renew_session(&first.id, at(20_000)).await.expect("renewed");
    directory.renew_session(&first.id, at(5_000)).await.expect("never shortened");
    assert_eq!(lives(&first.id, 19_000).await, Some(ann.clone()));
    directory.end_session(&first.id, at(2_000)).await.expect("ended");
    directory.renew_session(&first.id, at(90_000)).await.expect("no effect");
    assert_eq!(lives(&first.id, 3_000).await, None, "ended is ended");
    assert_eq!(directory.end_sessions(&ann.id, at(2_000)).await.expect("ended"), std::slice::from_ref(&second.id));
    assert_eq!(lives(&second.id, 3_000).await, None);
}

async fn live_sessions_are_listed_with_last_use(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let (ann, bob) = (sign_up(&*directory, "ann").await, sign_up(&*directory, "bob").await);
    let (first, second, over) =
        (session_draft(&ann.id, 9_000), session_draft(&ann.id, 9_000), session_draft(&ann.id, 1_500));
    for session in [&first, &second, &over] {
        assert!(directory.open_session(session, "hash of ann").await.expect("an answer"));
    }
    assert!(directory.open_session(&session_draft(&bob.id, 9_000), "hash of bob").await.expect("an answer"));
    let listed = async |limit| {
        let rows = directory.sessions(&ann.id, at(2_000), limit).await.expect("a list");
        rows.into_iter().map(|row| (row.id, row.last_used_at)).collect::<Vec<_>>()
    };
    directory.used_sessions(&[(first.id.clone(), at(4_000)), (second.id.clone(), at(3_000))]).await.expect("noted");
    directory.used_sessions(&[(first.id.clone(), at(2_000))]).await.expect("never earlier");
    directory.used_sessions(&[]).await.expect("nothing to do");
    let (of_first, of_second) = ((first.id.clone(), at(4_000)), (second.id.clone(), at(3_000)));
    assert_eq!(
        listed(10).await,
        [of_first.clone(), of_second.clone()],
        "the most lately used first, neither Bob's nor the one that is over"
    );
    assert_eq!(listed(1).await, [of_first]);
    let row = directory.sessions(&ann.id, at(2_000), 1).await.expect("a list").remove(0);
    assert_eq!((row.device.as_str(), row.address.as_str(), row.created_at), ("a browser", "127.0.0.1", at(1_000)));
    let live = directory.session(&first.id, at(2_000)).await.expect("an answer").expect("it lives");
    assert_eq!(live.last_used_at, at(4_000));

    let end = async |who, session| directory.end_own_session(who, session, at(2_000)).await.expect("an answer");
    assert!(!end(&bob.id, &first.id).await, "it is not Bob's");
    assert!(end(&ann.id, &first.id).await);
    assert!(!end(&ann.id, &first.id).await, "it has ended");
    assert!(!end(&ann.id, &over.id).await, "it is over");
    assert_eq!(listed(10).await, [of_second]);
}

async fn workspace_is_stored_and_owned_by_first_account(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    assert_eq!(directory.workspace().await.expect("an answer"), None);
    let (ann, bob) = (sign_up(&*directory, "ann").await, sign_up(&*directory, "bob").await);
    assert!(directory.owns_workspace(&ann.id).await.expect("an answer"));
    assert!(!directory.owns_workspace(&bob.id).await.expect("an answer"));
    assert!(!directory.owns_workspace(&AccountId::generate()).await.expect("an answer"));
    let name = |name| WorkspaceName::parse(name).expect("a name");
    for workspace in [
        Workspace { name: name("小島工作室"), language: Language::Chinese, sign_up: SignUp::Closed },
        Workspace { name: name("Island Studio"), language: Language::English, sign_up: SignUp::Open },
    ] {
        directory.set_workspace(&workspace).await.expect("set");
        assert_eq!(open().await.workspace().await.expect("an answer"), Some(workspace), "it is kept");
    }
}

async fn new_password_ends_all_sessions(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let session = session_draft(&ann.id, 9_000);
    assert!(directory.open_session(&session, "hash of ann").await.expect("an answer"));
    assert_eq!(directory.set_password(&ann.id, "new", at(2_000)).await.expect("set"), [session.id]);
    assert_eq!(directory.login("ann").await.expect("an answer").expect("an account").password_hash, "new");
}

async fn verified_log_in_ends_with_a_new_password(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let verified = directory.login("ann").await.expect("an answer").expect("an account").password_hash;
    directory.set_password(&ann.id, "new", at(2_000)).await.expect("set");
    let held = session_draft(&ann.id, 9_000);
    assert!(!directory.open_session(&held, &verified).await.expect("an answer"), "the password is another by now");
    assert!(directory.session(&held.id, at(3_000)).await.expect("an answer").is_none());
    assert!(directory.open_session(&held, "new").await.expect("an answer"), "nothing of it is left");
    let unknown = session_draft(&AccountId::generate(), 9_000);
    assert!(!directory.open_session(&unknown, "new").await.expect("an answer"));
}

async fn rehash_replaces_only_the_verified_hash(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let (ann, bob) = (sign_up(&*directory, "ann").await, sign_up(&*directory, "bob").await);
    let hash = async |name| directory.login(name).await.expect("an answer").expect("an account").password_hash;
    let rehash = async |who, verified, new| directory.rehash(who, verified, new).await.expect("an answer");
    assert!(rehash(&ann.id, "hash of ann", "stronger").await);
    assert!(!rehash(&ann.id, "hash of ann", "of a slower log-in").await);
    directory.set_password(&bob.id, "new", at(2_000)).await.expect("set");
    assert!(!rehash(&bob.id, "hash of bob", "of the old password").await);
    assert_eq!((hash("ann").await.as_str(), hash("bob").await.as_str()), ("stronger", "new"));
}

async fn refresh_token_is_spent_once(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let session = session_draft(&ann.id, 9_000);
    assert!(directory.open_session(&session, "hash of ann").await.expect("an answer"));
    directory.issue_refresh(&[1; 32], &session.id, at(1_000)).await.expect("issued");
    directory.issue_refresh(&[1; 32], &session.id, at(1_500)).await.expect("the same again");
    let spend = async |hash, now| directory.spend_refresh(&hash, at(now)).await.expect("an answer");
    assert_eq!(spend([1; 32], 2_000).await, Spent::Now(session.id.clone()));
    assert_eq!(spend([1; 32], 3_000).await, Spent::Before(session.id, at(2_000)));
    assert_eq!(spend([2; 32], 3_000).await, Spent::Unknown);
}

async fn channels_are_searched_in_pages(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let bob = sign_up(&*directory, "bob").await;
    for name in ["Lunch", "午餐揪團", "50% off", "éclair", "zoo"] {
        directory.create_channel(&channel_draft(&ann, name)).await.expect("made");
    }
    assert!(matches!(directory.create_channel(&channel_draft(&bob, "LUNCH")).await, Err(ChangeError::NameTaken)));
    let names = async |query: ChannelQuery| {
        let (rows, next) = directory.channels(&bob.id, &query).await.expect("a list");
        (rows.iter().map(|row| row.name.as_str().to_owned()).collect::<Vec<_>>(), next)
    };
    assert_eq!(names(all()).await.0, ["Hall", "50% off", "Lunch", "zoo", "éclair", "午餐揪團"], "by code point");
    assert_eq!(names(ChannelQuery { joined: Some(true), ..all() }).await.0, ["Hall"]);
    assert_eq!(names(ChannelQuery { joined: Some(false), ..all() }).await.0.len(), 5);
    assert_eq!(names(ChannelQuery { search: Some("餐".into()), ..all() }).await.0, ["午餐揪團"]);
    assert_eq!(names(ChannelQuery { search: Some("%".into()), ..all() }).await.0, ["50% off"], "no wildcards");
    assert_eq!(names(ChannelQuery { search: Some("what it is".into()), ..all() }).await.0.len(), 5);
    assert_eq!(names(ChannelQuery { search: Some("z\0".into()), ..all() }).await, (vec![], None), "no name holds that");
    let after = ChannelQuery { cursor: Some("zoo\0".into()), ..all() };
    assert_eq!(names(after).await.0, ["éclair", "午餐揪團"], "a cursor may be anything");
    let (first, next) = names(ChannelQuery { limit: 3, ..all() }).await;
    let (rest, end) = names(ChannelQuery { limit: 3, cursor: next, ..all() }).await;
    assert_eq!(([first, rest].concat(), end), (names(all()).await.0, None));
}

async fn join_and_leave_are_idempotent(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let (ann, bob) = (sign_up(&*directory, "ann").await, sign_up(&*directory, "bob").await);
    let channel = channel_draft(&ann, "zoo");
    directory.create_channel(&channel).await.expect("made");
    let change = membership(&bob, &channel.id);
    assert_eq!(directory.join(&change).await.expect("joined"), Change::Made);
    assert_eq!(directory.join(&change).await.expect("joined"), Change::Already);
    assert!(directory.is_member(&bob.id, &channel.id).await.expect("an answer"));
    let seen = directory.channel(&channel.id, &bob.id).await.expect("an answer").expect("a channel");
    assert_eq!((seen.member_count, seen.read, seen.read_n), (2, Pos::new(1, 7), 3), "what was said before is read");
    assert_eq!(directory.leave(&change).await.expect("left"), Change::Made);
    assert_eq!(directory.leave(&change).await.expect("left"), Change::Already);
    assert!(!directory.is_member(&bob.id, &channel.id).await.expect("an answer"));
    assert_eq!(directory.channel(&channel.id, &bob.id).await.expect("an answer").expect("a channel").member_count, 1);
    let nowhere = membership(&bob, &domain::ids::ChannelId::generate());
    assert!(matches!(directory.join(&nowhere).await, Err(ChangeError::NotFound)));
}

async fn read_marker_never_moves_back(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let hall = directory.hall().await.expect("an answer").expect("a hall");
    let mark = |pos, n| ReadMark { account: ann.id.clone(), channel: hall.clone(), pos: Pos::new(1, pos), n };
    let nowhere = ReadMark { channel: domain::ids::ChannelId::generate(), ..mark(99, 99) };
    directory.mark_read(&[mark(7, 3), nowhere, mark(9, 5)]).await.expect("marked");
    directory.mark_read(&[mark(4, 2)]).await.expect("no effect");
    directory.mark_read(&[]).await.expect("nothing to do");
    let seen = directory.channel(&hall, &ann.id).await.expect("an answer").expect("a channel");
    assert_eq!((seen.read, seen.read_n), (Pos::new(1, 9), 5));
}

async fn outbox_lease_has_one_holder(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    assert!(directory.lease_outbox("a", 60).await.expect("an answer"));
    assert!(!directory.lease_outbox("b", 60).await.expect("an answer"));
    assert!(directory.lease_outbox("a", 0).await.expect("an answer"), "prolonged, here by nothing");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert!(directory.lease_outbox("b", 60).await.expect("an answer"), "the first one's has ended");
}

async fn outbox_keeps_the_order_of_a_channel(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let channel = channel_draft(&ann, "zoo");
    directory.create_channel(&channel).await.expect("made");
    let mut left = Vec::new();
    loop {
        let rows = directory.outbox(10).await.expect("a list");
        if rows.is_empty() {
            break;
        }
        assert!(rows.windows(2).all(|pair| pair[0].channel != pair[1].channel), "one of each channel at a time");
        left.extend(rows.iter().map(|row| (row.channel == channel.id, row.action.clone())));
        directory.outbox_done(&rows.iter().map(|row| row.seq).collect::<Vec<_>>()).await.expect("done");
    }
    let of = |zoo: bool| left.iter().filter(move |(is_zoo, _)| *is_zoo == zoo).map(|(_, action)| action);
    for zoo in [true, false] {
        let actions: Vec<&Action> = of(zoo).collect();
        assert!(matches!(actions[..], [Action::Create { .. }, Action::Join { .. }]), "{actions:?}");
    }
}

async fn channels_stay_on_existing_partitions(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let channels: Vec<_> = (0..7)
        .map(|partition| ChannelDraft { partition, ..channel_draft(&ann, &format!("number {partition}")) })
        .collect();
    for channel in &channels {
        directory.create_channel(channel).await.expect("made");
    }
    for _ in 0..2 {
        directory.repartition(3).await.expect("done");
        let waiting = directory.outbox(100).await.expect("a list");
        for channel in &channels {
            let seen = directory.channel(&channel.id, &ann.id).await.expect("an answer").expect("a channel");
            assert_eq!(seen.partition, channel.partition % 3);
            let row = waiting.iter().find(|row| row.channel == channel.id).expect("its beginning waits");
            assert_eq!(row.partition, channel.partition % 3);
        }
    }
}

async fn lost_channel_creation_is_enqueued_first(open: impl AsyncFn() -> Box<dyn Directory>) {
    let directory = open().await;
    let ann = sign_up(&*directory, "ann").await;
    let channel = channel_draft(&ann, "zoo");
    directory.create_channel(&channel).await.expect("made");
    let hall = directory.hall().await.expect("an answer").expect("a hall");
    let announced = async |after: Option<&ChannelId>| directory.announced_channels(after, 10).await.expect("a list");
    assert_eq!(announced(None).await, [], "they have not left yet");
    // The beginnings leave; that the owners joined waits.
    let rows = directory.outbox(10).await.expect("a list");
    assert!(rows.iter().all(|row| matches!(row.action, Action::Create { .. })));
    directory.outbox_done(&rows.iter().map(|row| row.seq).collect::<Vec<_>>()).await.expect("done");
    let mut all = vec![hall.clone(), channel.id.clone()];
    all.sort();
    assert_eq!(announced(None).await, all);
    assert_eq!(announced(Some(&all[0])).await, all[1..]);
    assert_eq!(directory.announced_channels(None, 1).await.expect("a list"), all[..1]);

    for (lost, id) in [(&channel.id, MessageId::generate()), (&hall, MessageId::generate())] {
        directory.reannounce(lost, id, at(9_000)).await.expect("done");
        let rows = directory.outbox(10).await.expect("a list");
        let row = rows.iter().find(|row| row.channel == *lost).expect("it waits");
        assert!(matches!(&row.action, Action::Create { by, .. } if *by == ann), "{:?}", row.action);
        assert_eq!((row.id, row.at), (id, at(9_000)));
    }
    assert_eq!(announced(None).await, []);
    directory.create_channel(&channel_draft(&ann, "lake")).await.expect("numbers are given out as before");
}

adapters! {
    sqlite => [
        first_account_creates_the_hall_for_all,
        names_and_lookalikes_are_unique,
        session_lives_until_expiry_or_log_out,
        live_sessions_are_listed_with_last_use,
        workspace_is_stored_and_owned_by_first_account,
        new_password_ends_all_sessions,
        verified_log_in_ends_with_a_new_password,
        rehash_replaces_only_the_verified_hash,
        refresh_token_is_spent_once,
        channels_are_searched_in_pages,
        join_and_leave_are_idempotent,
        read_marker_never_moves_back,
        outbox_lease_has_one_holder,
        outbox_keeps_the_order_of_a_channel,
        channels_stay_on_existing_partitions,
        lost_channel_creation_is_enqueued_first,
    ],
    postgres => [
        first_account_creates_the_hall_for_all,
        names_and_lookalikes_are_unique,
        session_lives_until_expiry_or_log_out,
        live_sessions_are_listed_with_last_use,
        workspace_is_stored_and_owned_by_first_account,
        new_password_ends_all_sessions,
        verified_log_in_ends_with_a_new_password,
        rehash_replaces_only_the_verified_hash,
        refresh_token_is_spent_once,
        channels_are_searched_in_pages,
        join_and_leave_are_idempotent,
        read_marker_never_moves_back,
        outbox_lease_has_one_holder,
        outbox_keeps_the_order_of_a_channel,
        channels_stay_on_existing_partitions,
        lost_channel_creation_is_enqueued_first,
    ],
}
