//! Handles the server's frames: records them, and applies them to the timelines.

use std::{collections::BTreeMap, sync::Arc};

use domain::{ids::Pos, wire::ServerFrame};
use rand::Rng;
use tokio::time::sleep;

use super::{
    Client, Phase, Shared,
    link::{Leave, Link},
    reader::{Load, Loaded},
};
use crate::{
    history::What,
    plan::{self, chance},
};

impl Client {
    /// Handles a frame.
    pub(super) async fn hear(
        &mut self,
        link: &mut Link,
        frame: ServerFrame,
        since: &BTreeMap<String, u64>,
    ) -> Result<(), Leave> {
        let (client, conn) = (self.number, link.number);
        let note = |what| self.shared.recorder.note(what);
        match frame {
            ServerFrame::Welcome(welcome) => {
                link.is_welcome = true;
                note(What::Connected { client, conn, server: link.server, asked: link.asked_at });
                for channel in welcome.channels {
                    let from =
                        since.get(channel.id.as_str()).and_then(|pos| Pos::from_number(*pos)).unwrap_or(channel.head);
                    note(What::Head { client, channel: channel.id.clone(), pos: channel.head });
                    note(What::Stream { client, conn, channel: channel.id, from });
                }
                self.reader.open_all();
                return self.say_again(link).await;
            }
            ServerFrame::Event(event) => {
                let channel = event.channel.clone();
                note(What::Seen { client, conn, channel: channel.clone(), row: (&event).into() });
                self.heard.insert(channel, event.pos);
                let loses = self.reader.is_lossy && self.now() == Phase::Running && self.rng.random_bool(chance::LOSES);
                if !loses {
                    self.reader.live(event);
                }
                if self.is_slow && self.now() == Phase::Running {
                    sleep(plan::SLOW_FRAME).await;
                }
            }
            ServerFrame::Reset { channel, head } => {
                note(What::Reset { client, conn, channel: channel.clone(), head });
                self.heard.insert(channel.clone(), head);
                self.reader.reset(&channel, head);
            }
            ServerFrame::Heartbeat { heads } => {
                for (channel, pos) in heads {
                    note(What::Head { client, channel: channel.clone(), pos });
                    self.reader.head(&channel, pos);
                }
            }
            ServerFrame::Ack { id, pos } => self.acked(link, id, pos),
            ServerFrame::Nack { id, code, is_final, .. } => return self.nacked(link, &id, code, is_final),
            ServerFrame::Unknown => {
                note(What::Unreadable { client, why: "a frame of an unknown type".into() });
            }
            ServerFrame::Joined { channel } => {
                let (channel, head) = (channel.id, channel.head);
                note(What::Head { client, channel: channel.clone(), pos: head });
                note(What::Stream { client, conn, channel, from: head });
            }
            ServerFrame::Left { channel } => note(What::Left { client, conn, channel }),
            ServerFrame::Read { .. }
            | ServerFrame::Typing { .. }
            | ServerFrame::Presence { .. }
            | ServerFrame::Bye { .. } => {}
        }
        self.ask();
        Ok(())
    }

    /// Starts the loads that the timelines need.
    pub(super) fn ask(&mut self) {
        let (shared, who) = (self.shared.clone(), self.who);
        self.reader.ask(|load| page(shared.clone(), who, load));
    }

    pub(super) fn loaded(&mut self, loaded: Loaded) {
        if let Ok(page) = &loaded.page {
            self.shared.recorder.note(What::Page {
                client: self.number,
                server: loaded.server,
                channel: loaded.channel.clone(),
                asked: loaded.asked,
                from: page.from,
                to: page.to,
                has_newer: page.has_newer,
                rows: crate::history::rows(&page.events),
            });
        }
        self.reader.loaded(loaded);
        self.ask();
    }
}

/// Requests a page of history.
pub(super) async fn page(shared: Arc<Shared>, who: usize, load: Load) -> Loaded {
    let Load { channel, query, kind, elsewhere_than } = load;
    let asked = shared.recorder.now();
    let endpoint = elsewhere_than.map_or_else(|| shared.endpoints.any(), |server| shared.endpoints.other_than(server));
    let page = endpoint.calls.history(&shared.users.all[who].token, &channel, &query).await;
    Loaded { channel, kind, server: endpoint.number, asked, page }
}
