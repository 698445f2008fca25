use super::*;

const START: f64 = 1_000_000.0;

fn live() -> LinkStatus {
    let mut status = LinkStatus::default();
    status.welcomed(START);
    status.tick(START, false);
    status
}

fn lost(for_ms: f64) -> LinkStatus {
    let mut status = live();
    status.lost(START, None);
    status.tick(START + for_ms, true);
    status
}

#[test]
fn shows_nothing_while_live() {
    assert_eq!((live().line(), live().is_timed()), (None, false));
}

#[test]
fn hides_a_short_disconnect() {
    let mut status = lost(PATIENCE_MS - 1.0);
    assert_eq!(status.line(), None);
    status.welcomed(status.now);
    status.tick(status.now + 500.0, false);
    assert_eq!(status.line(), None, "nor is its end");
}

#[test]
fn shows_a_link_that_never_opened() {
    let mut status = LinkStatus { trouble_since: Some(START), now: START, ..LinkStatus::default() };
    assert_eq!(status.line(), None);
    status.tick(START + PATIENCE_MS, true);
    assert_eq!(status.line(), Some(StatusLine::Reconnecting));
}

#[test]
fn measures_a_disconnect_from_its_beginning() {
    let mut status = lost(1_500.0);
    status.lost(START + 1_500.0, None);
    status.tick(START + PATIENCE_MS, true);
    assert_eq!(status.line(), Some(StatusLine::Reconnecting));
}

#[test]
fn ignores_offline_while_the_server_answers() {
    let mut status = lost(3_000.0);
    status.offline = true;
    assert_eq!(status.line(), Some(StatusLine::Offline));
    status.retry_at = Some(status.now + 20_000.0);
    assert_eq!(status.line(), Some(StatusLine::Offline), "no promise of a try that cannot succeed");
    let mut status = live();
    status.offline = true;
    assert_eq!(status.line(), None, "the browser is wrong: the server answers");
}

#[test]
fn counts_a_long_wait_down() {
    let mut status = lost(3_000.0);
    status.lost(status.now, Some(status.now + 12_000.0));
    assert_eq!(status.line(), Some(StatusLine::RetryIn(12)));
    status.tick(status.now + 11_500.0, true);
    assert_eq!(status.line(), Some(StatusLine::RetryIn(1)));
    status.tick(status.now + 500.0, true);
    assert_eq!(status.line(), Some(StatusLine::Reconnecting), "now it tries");
    status.lost(status.now, Some(status.now + 4_000.0));
    assert_eq!(status.line(), Some(StatusLine::Reconnecting), "not worth a count");
}

#[test]
fn shows_catching_up_until_nothing_is_missing() {
    let mut status = lost(3_000.0);
    status.welcomed(status.now);
    status.tick(status.now, true);
    assert_eq!(status.line(), Some(StatusLine::CatchingUp));
    status.tick(status.now + 700.0, false);
    assert_eq!(status.line(), Some(StatusLine::Restored));
    assert!(status.is_timed());
    status.tick(status.now + RESTORED_MS, false);
    assert_eq!((status.line(), status.is_timed()), (None, false));
}

#[test]
fn shows_why_the_server_blocks_while_it_does() {
    let mut status = live();
    for (code, line) in [
        (ErrorCode::TryAgain, Some(StatusLine::Busy)),
        (ErrorCode::Internal, Some(StatusLine::Busy)),
        (ErrorCode::StorageFull, Some(StatusLine::StorageFull)),
        (ErrorCode::RateLimited, None),
    ] {
        status.blocked_by = Some(code);
        assert_eq!(status.line(), line, "{code}");
    }
    status.blocked_by = Some(ErrorCode::TryAgain);
    status.lost(START, None);
    assert_eq!(status.blocked_by, None, "a server that is gone is not busy");
}

#[test]
fn shows_a_reset_for_a_while() {
    let mut status = live();
    status.reset_due = true;
    status.tick(status.now, true);
    assert_eq!((status.line(), status.is_timed()), (None, true), "not before it is done");
    status.tick(status.now, false);
    assert_eq!(status.line(), Some(StatusLine::Reset));
    status.tick(status.now + RESET_MS, false);
    assert_eq!(status.line(), None);
}

#[test]
fn counts_returned_messages_until_they_are_sent() {
    let mut status = live();
    status.count_unsent(START, 2);
    assert_eq!((status.line(), status.is_timed()), (Some(StatusLine::Unsent(2)), false));
    status.count_unsent(START, 1);
    assert_eq!(status.line(), Some(StatusLine::Unsent(1)));
    status.count_unsent(START, 0);
    assert_eq!((status.line(), status.is_timed()), (Some(StatusLine::AllSent), true));
    status.tick(START + RESTORED_MS, false);
    assert_eq!(status.line(), None);
    status.count_unsent(status.now, 0);
    assert_eq!(status.line(), None, "there was nothing");
}

#[test]
fn shows_an_ended_session_before_all_else() {
    let mut status = lost(3_000.0);
    (status.phase, status.offline) = (LinkPhase::LoggedOut, true);
    assert_eq!(status.line(), Some(StatusLine::LoggedOut));
}
