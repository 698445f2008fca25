//! What a page begins with: the server renders from it and sends it along, the browser goes on from the same.

use domain::{
    api::{Channel, History, Page},
    clock::Timestamp,
    event::Account,
    ids::MessageId,
    rejection::Code,
    workspace::Language,
};
use serde::{Deserialize, Serialize};

/// How the page looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system does.
    #[default]
    System,
    /// Paper.
    Light,
    /// Inkstone.
    Dark,
}

impl Theme {
    /// The word in the cookie and in `data-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of a word; an odd one is the system's.
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// How times of day are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStyle {
    /// "14:05"
    #[default]
    Hours24,
    /// "2:05 PM"
    Hours12,
}

impl ClockStyle {
    /// The word in the cookie.
    pub fn word(self) -> &'static str {
        match self {
            ClockStyle::Hours24 => "24",
            ClockStyle::Hours12 => "12",
        }
    }

    /// What a word means; an odd one is what is usual.
    pub fn from_word(word: &str) -> Self {
        match word {
            "12" => ClockStyle::Hours12,
            _ => ClockStyle::Hours24,
        }
    }
}

/// What a page begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Boot {
    /// The reader's language.
    pub language: Language,
    /// The reader's looks.
    pub theme: Theme,
    /// How the reader sees times of day.
    pub clock: ClockStyle,
    /// The reader's zone as their browser last said it, in minutes east of Greenwich: for what is shown before it says so
    /// again.
    pub zone: i32,
    /// The server's time.
    pub now: Timestamp,
    /// What the workspace is called.
    pub workspace: String,
    /// Whether Enter breaks the line on this device, and Ctrl Enter sends.
    pub enter_breaks: bool,
    /// Where the static files are, without a slash at the end.
    pub assets: String,
    /// The path and query of this page: forms come back to it.
    pub here: String,
    /// Who is logged in, and where they are; `None` on the pages before log-in.
    pub member: Option<Member>,
    /// What this page shows.
    pub page: PageBoot,
    /// What was refused just now.
    pub refused: Option<Code>,
    /// What the settings show; they are rendered by the server alone.
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    pub settings: Option<Box<SettingsBoot>>,
}

/// Somebody who is logged in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub account: Account,
    /// The channels this person is in.
    pub channels: Vec<Channel>,
    /// Whether the account was made less than a day ago.
    pub is_new: bool,
}

/// What a page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PageBoot {
    /// Log in or sign up.
    #[cfg(feature = "ssr")]
    Login(LoginBoot),
    /// The workspace, for its owner after the first sign-up.
    #[cfg(feature = "ssr")]
    SetUp(WorkspaceBoot),
    /// A channel.
    Conversation(Box<ConversationBoot>),
    /// All channels.
    Channels(ChannelsBoot),
    /// A form for a new channel, over all channels.
    NewChannel(NewChannelBoot),
    /// Settings.
    Settings,
    /// Nothing that this person may see.
    NotFound,
    /// The page cannot be read now.
    Unavailable,
}

/// Log in or sign up.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoginBoot {
    /// The name that was typed.
    pub name: String,
    /// Where the person wanted to go.
    pub next: String,
    /// Whether anybody may sign up.
    pub sign_up_open: bool,
    /// Nobody has an account yet.
    pub is_first: bool,
}

/// The workspace, as a form shows it: what it is, or what was typed.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorkspaceBoot {
    /// What it is called.
    pub name: String,
    /// The word of its language.
    pub language: String,
    /// The word of who may sign up.
    pub sign_up: String,
    /// Nobody may sign up, whatever is chosen: the operator says so.
    pub is_closed_by_operator: bool,
}

/// The settings.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct SettingsBoot {
    /// Where this person is logged in.
    pub sessions: Vec<domain::api::OpenSession>,
    /// The server's time: what the sessions' last uses are compared with.
    pub now: domain::clock::Timestamp,
    /// The workspace, if this person owns it.
    pub workspace: Option<WorkspaceBoot>,
}

/// A channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConversationBoot {
    /// Which.
    pub channel: Channel,
    /// A piece of it.
    pub history: History,
    /// The id of the message that the page's form sends: sending it twice is one message.
    pub compose_id: MessageId,
    /// What was typed and could not be sent.
    pub draft: String,
    /// The people in it, when their list is open.
    pub members: Option<Page<Account>>,
}

/// All channels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelsBoot {
    /// Which of them.
    pub found: Page<Channel>,
    /// What was searched for.
    pub search: String,
    /// Only those that this person is not in.
    pub only_new: bool,
}

/// A form for a new channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewChannelBoot {
    /// The list beneath it.
    pub channels: ChannelsBoot,
    /// The name that was typed.
    pub name: String,
    /// The purpose that was typed.
    pub purpose: String,
}
