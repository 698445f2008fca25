//! One connection of a client: frames in both directions, and every way in which it ends.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use domain::ids::{ChannelId, MessageId};
use rand::Rng;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::{Client, Phase};
use crate::{
    history::What,
    plan::{self, chance},
    socket::{Ended, Socket},
};

/// An open connection of a client.
pub(super) struct Link {
    pub number: u32,
    /// The number of the server.
    pub server: u32,
    /// When it was requested, by the recorder's clock.
    pub asked_at: u64,
    pub socket: Socket,
    /// Sends that are waiting for an answer.
    pub asked: HashMap<MessageId, Asked>,
    pub is_welcome: bool,
}

/// A send that waits for its answer on a connection.
pub(super) struct Asked {
    pub channel: ChannelId,
    /// The number of times it was sent there.
    pub count: u32,
    /// Whether it misuses the id of another message.
    pub is_conflict: bool,
}

/// Why a connection ends.
pub(super) enum Leave {
    /// The server or the network ended it.
    Ended(Ended),
    /// The client closes it in order.
    Close,
    /// The client disappears at once.
    Vanish,
    /// The client stops reading, and disappears after this time.
    Fall(Duration),
    /// The run is over.
    Over,
}

impl Client {
    /// Handles frames in both directions until one side ends the connection.
    pub(super) async fn converse(&mut self, link: &mut Link, since: &BTreeMap<String, u64>) -> Leave {
        let born = Instant::now();
        let stays = self.rng.random_bool(chance::STAYS);
        let life = if stays { plan::LONG_CONNECTION_MS } else { plan::CONNECTION_MS };
        let leaves_at = born + Duration::from_millis(self.rng.random_range(life));
        let mut acts_at = born + self.think();
        let mut tick = interval(plan::TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_running = self.now() == Phase::Running;
        loop {
            let done = tokio::select! {
                frame = link.socket.next() => match frame {
                    Ok(frame) => self.hear(link, frame, since).await,
                    Err(ended) => Err(Leave::Ended(ended)),
                },
                Some(loaded) = self.reader.loads.join_next() => {
                    if let Ok(loaded) = loaded {
                        self.loaded(loaded);
                    }
                    Ok(())
                }
                Some(posted) = self.outbox.posts.join_next() => {
                    if let Ok(posted) = posted {
                        self.posted(posted);
                    }
                    Ok(())
                }
                _ = tick.tick() => self.tick(link).await,
                () = sleep_until(acts_at), if is_running && link.is_welcome => {
                    acts_at = Instant::now() + self.think();
                    self.act(link).await
                }
                () = sleep_until(leaves_at), if is_running => Err(self.way_out()),
                _ = self.phase.changed() => match self.now() {
                    // A new connection receives what was missed, whatever the client had lost.
                    Phase::Resting if is_running => Err(Leave::Close),
                    Phase::Over => Err(Leave::Over),
                    _ => Ok(()),
                },
            };
            if let Err(leave) = done {
                return leave;
            }
            is_running = self.now() == Phase::Running;
        }
    }

    fn way_out(&mut self) -> Leave {
        match self.rng.random_range(0..4) {
            0 => Leave::Close,
            1 => Leave::Fall(Duration::from_millis(self.rng.random_range(100..3_000))),
            _ => Leave::Vanish,
        }
    }

    pub(super) async fn leave(&mut self, link: Link, leave: Leave) {
        let (client, conn) = (self.number, link.number);
        match leave {
            Leave::Ended(Ended::Closed(code)) => self.shared.recorder.note(What::Closed { client, conn, code }),
            Leave::Ended(Ended::Unreadable(why)) => self.shared.recorder.note(What::Unreadable { client, why }),
            Leave::Ended(Ended::Gone) | Leave::Vanish => {}
            Leave::Fall(after) => sleep(after).await,
            Leave::Close | Leave::Over => link.socket.close().await,
        }
        if self.rng.random_bool(chance::SHOWS) {
            self.reader.show_all(&self.shared.recorder, self.number, false);
        }
    }

    /// Returns an exponentially distributed time, which produces bursts and pauses.
    fn think(&mut self) -> Duration {
        let uniform: f64 = self.rng.random_range(0.001..1.0);
        Duration::from_millis((-uniform.ln() * plan::THINK_MS) as u64)
    }

    /// Performs periodic work.
    async fn tick(&mut self, link: &mut Link) -> Result<(), Leave> {
        self.reader.trim(&self.shared.recorder, self.number);
        self.ask();
        if self.now() == Phase::Resting {
            self.rest();
        }
        if link.is_welcome { self.say_due(link).await } else { Ok(()) }
    }
}
