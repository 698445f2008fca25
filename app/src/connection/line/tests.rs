use super::*;

const START: f64 = 1_000_000.0;

fn live() -> Facts {
    let mut facts = Facts::default();
    facts.welcomed(START);
    facts.tick(START, false);
    facts
}

fn lost(for_ms: f64) -> Facts {
    let mut facts = live();
    facts.lost(START, None);
    facts.tick(START + for_ms, true);
    facts
}

#[test]
fn all_is_well_and_nothing_is_said() {
    assert_eq!((live().line(), live().is_timed()), (None, false));
}

#[test]
fn a_short_gap_is_not_worth_a_word() {
    let mut facts = lost(PATIENCE_MS - 1.0);
    assert_eq!(facts.line(), None);
    facts.welcomed(facts.now);
    facts.tick(facts.now + 500.0, false);
    assert_eq!(facts.line(), None, "nor is its end");
}

#[test]
fn a_page_that_never_gets_a_link_says_so() {
    let mut facts = Facts { trouble_since: Some(START), now: START, ..Facts::default() };
    assert_eq!(facts.line(), None);
    facts.tick(START + PATIENCE_MS, true);
    assert_eq!(facts.line(), Some(Line::Reconnecting));
}

#[test]
fn a_gap_counts_from_its_beginning_however_many_tries_fail() {
    let mut facts = lost(1_500.0);
    facts.lost(START + 1_500.0, None);
    facts.tick(START + PATIENCE_MS, true);
    assert_eq!(facts.line(), Some(Line::Reconnecting));
}

#[test]
fn a_network_that_is_there_is_not_said_to_be_missing() {
    let mut facts = lost(3_000.0);
    facts.offline = true;
    assert_eq!(facts.line(), Some(Line::Offline));
    facts.retry_at = Some(facts.now + 20_000.0);
    assert_eq!(facts.line(), Some(Line::Offline), "no promise of a try that cannot succeed");
    let mut facts = live();
    facts.offline = true;
    assert_eq!(facts.line(), None, "the browser is wrong: the server is heard");
}

#[test]
fn a_long_wait_is_counted_down_to_its_end() {
    let mut facts = lost(3_000.0);
    facts.lost(facts.now, Some(facts.now + 12_000.0));
    assert_eq!(facts.line(), Some(Line::RetryIn(12)));
    facts.tick(facts.now + 11_500.0, true);
    assert_eq!(facts.line(), Some(Line::RetryIn(1)));
    facts.tick(facts.now + 500.0, true);
    assert_eq!(facts.line(), Some(Line::Reconnecting), "now it tries");
    facts.lost(facts.now, Some(facts.now + 4_000.0));
    assert_eq!(facts.line(), Some(Line::Reconnecting), "not worth a count");
}

#[test]
fn it_is_not_well_before_all_that_was_missed_is_there() {
    let mut facts = lost(3_000.0);
    facts.welcomed(facts.now);
    facts.tick(facts.now, true);
    assert_eq!(facts.line(), Some(Line::CatchingUp));
    facts.tick(facts.now + 700.0, false);
    assert_eq!(facts.line(), Some(Line::Restored));
    assert!(facts.is_timed());
    facts.tick(facts.now + RESTORED_MS, false);
    assert_eq!((facts.line(), facts.is_timed()), (None, false));
}

#[test]
fn what_hinders_the_server_is_said_while_it_does() {
    let mut facts = live();
    for (code, line) in [
        (Code::TryAgain, Some(Line::Busy)),
        (Code::Internal, Some(Line::Busy)),
        (Code::StorageFull, Some(Line::StorageFull)),
        (Code::RateLimited, None),
    ] {
        facts.hindrance = Some(code);
        assert_eq!(facts.line(), line, "{code}");
    }
    facts.hindrance = Some(Code::TryAgain);
    facts.lost(START, None);
    assert_eq!(facts.hindrance, None, "a server that is gone is not busy");
}

#[test]
fn a_channel_loaded_anew_is_said_for_a_while() {
    let mut facts = live();
    facts.reset_due = true;
    facts.tick(facts.now, true);
    assert_eq!((facts.line(), facts.is_timed()), (None, true), "not before it is done");
    facts.tick(facts.now, false);
    assert_eq!(facts.line(), Some(Line::Reset));
    facts.tick(facts.now + RESET_MS, false);
    assert_eq!(facts.line(), None);
}

#[test]
fn what_an_earlier_page_left_is_counted_until_it_is_sent() {
    let mut facts = live();
    facts.count_unsent(START, 2);
    assert_eq!((facts.line(), facts.is_timed()), (Some(Line::Unsent(2)), false));
    facts.count_unsent(START, 1);
    assert_eq!(facts.line(), Some(Line::Unsent(1)));
    facts.count_unsent(START, 0);
    assert_eq!((facts.line(), facts.is_timed()), (Some(Line::AllSent), true));
    facts.tick(START + RESTORED_MS, false);
    assert_eq!(facts.line(), None);
    facts.count_unsent(facts.now, 0);
    assert_eq!(facts.line(), None, "there was nothing");
}

#[test]
fn an_ended_session_is_said_before_all_else() {
    let mut facts = lost(3_000.0);
    (facts.link, facts.offline) = (LinkState::LoggedOut, true);
    assert_eq!(facts.line(), Some(Line::LoggedOut));
}
