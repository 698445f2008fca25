//! The open sessions of the user, each with a button that ends it.

use domain::{api::OpenSession, clock::Timestamp};
use leptos::prelude::*;

use super::device;
use crate::ui::{Icon, use_server_words};

/// The sessions, this device first.
#[component]
pub(super) fn SessionList(sessions: Vec<OpenSession>, now: Timestamp) -> impl IntoView {
    let (here, others): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|session| session.is_current);
    let row = move |session| view! { <SessionRow session now/> };
    view! { <ul class="list">{here.into_iter().chain(others).map(row).collect_view()}</ul> }
}

#[component]
fn SessionRow(session: OpenSession, now: Timestamp) -> impl IntoView {
    let words = use_server_words();
    let device = device::name_of(&session.device).unwrap_or_else(|| words.unknown_device.to_owned());
    // This request is a use that is not recorded yet.
    let used = words.used_ago(if session.is_current { now } else { session.last_used_at }, now);
    let end = match session.is_current {
        true => view! {
            <form method="post" action="/do/log_out"><button class="btn small">{words.log_out}</button></form>
        }
        .into_any(),
        false => view! {
            <form method="post" action="/do/end_session">
                <input type="hidden" name="session" value=session.id.to_string()/>
                <button class="btn small" aria-label=words.log_out_of(&device)>{words.log_out}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <li class="item">
            <span class="glyph"><Icon name="monitor-smartphone"/></span>
            <div>
                <h3 title=session.device><bdi>{device}</bdi>{session.is_current.then(|| view! { <small>{words.this_device}</small> })}</h3>
                <p><bdi>{session.address}</bdi>" · "{used}</p>
            </div>
            {end}
        </li>
    }
}
