//! ⑪ Applies what the server sends to the state of the page. Before it on a message's way back: `connection/link`. After it:
//! `timeline`.

use domain::{event::EventKind, timeline::Input};

use super::{decode::ServerEvent, member_count};
use crate::{outbox::Outbox, store::Store};

/// Applies a frame. The link handles its own frames; presence has its own subscriber.
pub(super) fn apply(store: Store, outbox: Outbox, event: ServerEvent) {
    match event {
        ServerEvent::Event(event) => {
            let own = event.message().filter(|message| store.is_me(&message.author)).map(|message| message.id);
            let pos = event.pos;
            if matches!(event.kind, EventKind::Joined { .. } | EventKind::Left { .. }) {
                member_count::refresh(store, &event.channel);
            }
            store.apply_event(event);
            if let Some(id) = own {
                outbox.on_ack(id, pos);
            }
        }
        ServerEvent::Ack(id, pos) => {
            if let Ok(id) = id.parse() {
                outbox.on_ack(id, pos);
            }
        }
        ServerEvent::Nack(id, code, is_final, retry_after) => outbox.on_nack(&id, code, is_final, retry_after),
        ServerEvent::Reset(channel, head) => store.apply(&channel, Input::Reset(head)),
        ServerEvent::Joined(channel) => store.add_channel(channel),
        ServerEvent::Left(channel) => store.remove_channel(&channel),
        ServerEvent::Heartbeat(heads) => {
            for (channel, head) in heads {
                store.set_head(&channel, head, None);
            }
            // All of them: a gap that a load did not close is reported again.
            store.compare_heads(true);
        }
        ServerEvent::Read(channel, pos, n) => {
            store.set_read(&channel, pos, n);
        }
        ServerEvent::Typing(..) | ServerEvent::Presence(..) | ServerEvent::Welcome(..) | ServerEvent::Bye(_) => {}
    }
}
