//! The data that a page starts from: the server renders from it and sends it along, and the browser hydrates from the same data.

use domain::{
    api::{Channel, History, Page},
    clock::Timestamp,
    error::ErrorCode,
    event::Account,
    ids::MessageId,
    workspace::Language,
};
use serde::{Deserialize, Serialize};

/// The colour theme of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The theme of the system.
    #[default]
    System,
    /// Dark text on a light page.
    Light,
    /// Light text on a dark page.
    Dark,
}

impl Theme {
    /// Returns the word in the cookie and in `data-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Returns the theme of a word; an unknown word is the system's theme.
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// The format of times of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStyle {
    /// 24 hours: "14:05"
    #[default]
    Hours24,
    /// 12 hours: "2:05 PM"
    Hours12,
}

impl ClockStyle {
    /// Returns the word in the cookie.
    pub fn word(self) -> &'static str {
        match self {
            ClockStyle::Hours24 => "24",
            ClockStyle::Hours12 => "12",
        }
    }

    /// Returns the format of a word; an unknown word is the 24-hour format.
    pub fn from_word(word: &str) -> Self {
        match word {
            "12" => ClockStyle::Hours12,
            _ => ClockStyle::Hours24,
        }
    }
}

/// The data that a page starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Boot {
    /// The user's language.
    pub language: Language,
    /// The user's theme.
    pub theme: Theme,
    /// The user's format of times of day.
    pub clock: ClockStyle,
    /// The user's time zone as their browser last reported it, in minutes east of Greenwich: used until the page is hydrated.
    pub zone: i32,
    /// The time at the server.
    pub now: Timestamp,
    /// The title of the workspace.
    pub workspace: String,
    /// Whether Enter breaks the line on this device, so that only Ctrl Enter sends.
    pub enter_breaks: bool,
    /// The base URL of the static files, without a slash at the end.
    pub assets: String,
    /// The path and query of this page, to which forms return.
    pub here: String,
    /// The logged-in user; `None` on the pages before login.
    pub member: Option<Member>,
    /// The contents of this page.
    pub page: PageBoot,
    /// Why the form that led here was refused.
    pub refused: Option<ErrorCode>,
    /// The contents of the settings, which only the server renders.
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    pub settings: Option<Box<SettingsBoot>>,
}

/// The logged-in user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// The account of the user.
    pub account: Account,
    /// The channels that the user is a member of.
    pub channels: Vec<Channel>,
    /// Whether the account was created less than a day ago.
    pub is_new: bool,
}

/// The contents of a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PageBoot {
    /// Login or sign-up.
    #[cfg(feature = "ssr")]
    Login(LoginBoot),
    /// The set-up of the workspace, for its owner after the first sign-up.
    #[cfg(feature = "ssr")]
    SetUp(WorkspaceBoot),
    /// The page of a channel.
    Conversation(Box<ConversationBoot>),
    /// The channel browser.
    Channels(ChannelsBoot),
    /// The form for a new channel, over the channel browser.
    NewChannel(NewChannelBoot),
    /// The contents of the settings.
    Settings,
    /// There is nothing at this address that the user may see.
    NotFound,
    /// The page cannot be loaded at present.
    Unavailable,
}

/// The contents of the login and sign-up pages.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoginBoot {
    /// The name that was typed.
    pub name: String,
    /// The page that the user requested.
    pub next: String,
    /// Whether sign-up is open.
    pub sign_up_open: bool,
    /// Whether there is no account yet.
    pub is_first: bool,
}

/// The fields of the workspace's form: as they are saved, or as they were typed.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorkspaceBoot {
    /// The title of the workspace.
    pub name: String,
    /// The word of the language.
    pub language: String,
    /// The word of the choice who may sign up.
    pub sign_up: String,
    /// Whether the operator has closed sign-up, whatever is chosen here.
    pub is_closed_by_operator: bool,
}

/// The contents of the settings.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct SettingsBoot {
    /// The open sessions of the user.
    pub sessions: Vec<domain::api::OpenSession>,
    /// The time at the server, to compare the last uses of the sessions with.
    pub now: domain::clock::Timestamp,
    /// The workspace, if the user owns it.
    pub workspace: Option<WorkspaceBoot>,
}

/// The contents of a channel's page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConversationBoot {
    /// The channel that is open.
    pub channel: Channel,
    /// A page of its history.
    pub history: History,
    /// The id of the message that the page's form sends, so that sending it twice is one message.
    pub compose_id: MessageId,
    /// The text that could not be sent.
    pub draft: String,
    /// The members of the channel, if their list is open.
    pub members: Option<Page<Account>>,
}

/// The contents of the channel browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelsBoot {
    /// The channels that were found.
    pub found: Page<Channel>,
    /// The search text.
    pub search: String,
    /// Whether only channels are listed that the user is not a member of.
    pub only_new: bool,
}

/// The form for a new channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewChannelBoot {
    /// The channel browser below it.
    pub channels: ChannelsBoot,
    /// The name that was typed.
    pub name: String,
    /// The topic that was typed.
    pub topic: String,
}
