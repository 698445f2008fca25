//! The data of a page: the user, the language, and what the address shows. A visitor without a session is redirected to log in,
//! and back to the address afterwards.

use app::{
    Boot,
    boot::{
        ChannelsBoot, ClockStyle, ConversationBoot, LoginBoot, Member, NewChannelBoot, PageBoot, SettingsBoot, Theme,
    },
    ui::words::Language,
};
use axum::{
    http::{HeaderMap, Uri, header},
    response::Redirect,
};
use domain::{
    api::{Channel, History},
    error::ErrorCode,
    event::Account,
    ids::{ChannelId, MessageId, Pos},
    limits::{PAGE, PAGE_MAX, WELCOME_CHANNELS_MAX},
};
use serde::Deserialize;

use super::{
    next::{own_path, query_value, see_other},
    settings,
    state::Pages,
};
use crate::{
    auth::{Identity, cookies},
    clock::now,
    messages::Range,
    ports::directory::ChannelQuery,
};

/// Age up to which an account is new, in milliseconds.
const NEW_FOR_MS: i64 = 24 * 60 * 60 * 1_000;

/// Largest offset of a time zone from Greenwich, in minutes.
const ZONE_MINUTES_MAX: i32 = 14 * 60;

/// The query of a page's address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: String,
    name: String,
    topic: String,
    refused: Option<ErrorCode>,
    search: String,
    joined: Option<bool>,
    cursor: Option<String>,
    panel: String,
    before: Option<u64>,
    at: Option<u64>,
    draft: String,
    language: String,
    sign_up: String,
}

impl Asked {
    /// Returns what was typed into the workspace's form, if that was refused.
    fn workspace(&self) -> Option<settings::Typed> {
        let short = |text: &String| -> String { text.chars().take(TYPED_CHARS_MAX).collect() };
        let [name, language, sign_up] = [&self.name, &self.language, &self.sign_up].map(short);
        (self.refused.is_some() && !sign_up.is_empty()).then_some(settings::Typed { name, language, sign_up })
    }
}

/// Characters of refused input that are put back into a field.
const TYPED_CHARS_MAX: usize = 64;

/// Returns the data of the page at an address.
///
/// # Errors
/// A redirect to the page that the visitor has to see first.
pub(super) async fn load(pages: &Pages, uri: &Uri, headers: &HeaderMap) -> Result<Boot, Redirect> {
    let asked: Asked = axum::extract::Query::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
    let who = pages.auth.identify(headers).await;
    let refused = asked.refused;
    let before_log_in = matches!(uri.path(), "/log-in" | "/sign-up");
    let (member, page, settings) = match who {
        Ok(who) if before_log_in => {
            return Err(see_other(own_path(&asked.next).unwrap_or(&home(pages, &who.account).await)));
        }
        Ok(who) if uri.path() == "/set-up" => set_up(pages, who, asked, language(headers)).await,
        Ok(who) => within(pages, who, uri, asked, language(headers)).await,
        Err(_) if before_log_in => (None, log_in_boot(pages, asked).await, None),
        // Sessions cannot be checked: a log-in would not help.
        Err(ErrorCode::TryAgain) => (None, PageBoot::Unavailable, None),
        // No account exists yet, so the visitor cannot log in.
        Err(_) if is_first(pages).await && is_open(pages).await => return Err(see_other("/sign-up")),
        Err(_) => return Err(see_other(&log_in(uri))),
    };
    // Without settings the page shows the defaults.
    let workspace = pages.workspace.get().await.unwrap_or_default();
    let language = language(headers).unwrap_or(workspace.language);
    let theme = cookies::get(headers, cookies::THEME).map(|word| Theme::from_word(&word)).unwrap_or_default();
    let clock = cookies::get(headers, cookies::CLOCK).map(|word| ClockStyle::from_word(&word)).unwrap_or_default();
    let workspace = workspace.name.into();
    let here = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let enter_breaks = cookies::get(headers, cookies::ENTER).is_some_and(|word| word == cookies::ENTER_BREAKS);
    let assets = pages.site.base.clone();
    let zone = cookies::get(headers, cookies::ZONE).and_then(|minutes| minutes.parse().ok());
    let zone = zone.filter(|minutes: &i32| minutes.abs() <= ZONE_MINUTES_MAX).unwrap_or_default();
    let now = now();
    Ok(Boot {
        language,
        theme,
        clock,
        enter_breaks,
        zone,
        now,
        workspace,
        assets,
        here,
        member,
        page,
        refused,
        settings,
    })
}

/// Returns the address of the first page after log-in: the hall.
pub(super) async fn home(pages: &Pages, _who: &Account) -> String {
    match pages.channels.hall().await {
        Ok(Some(hall)) => format!("/c/{hall}"),
        _ => "/".into(),
    }
}

/// Returns the language that the visitor has chosen, or that the browser prefers.
fn language(headers: &HeaderMap) -> Option<Language> {
    let chosen = cookies::get(headers, cookies::LANGUAGE).and_then(|word| Language::from_list(&word));
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|list| Language::from_list(list.to_str().ok()?));
    chosen.or(asked)
}

fn log_in(uri: &Uri) -> String {
    match uri.path_and_query().map(|path| path.as_str()).filter(|path| *path != "/").and_then(own_path) {
        Some(path) => format!("/log-in?next={}", query_value(path)),
        None => "/log-in".into(),
    }
}

/// Returns whether no account exists yet.
async fn is_first(pages: &Pages) -> bool {
    matches!(pages.channels.hall().await, Ok(None))
}

/// Returns whether sign-up is open; no while that is unknown.
async fn is_open(pages: &Pages) -> bool {
    pages.workspace.is_sign_up_open().await.unwrap_or_default()
}

async fn log_in_boot(pages: &Pages, asked: Asked) -> PageBoot {
    let is_first = is_first(pages).await;
    PageBoot::Login(LoginBoot {
        name: asked.name.chars().take(64).collect(),
        next: own_path(&asked.next).unwrap_or_default().to_owned(),
        sign_up_open: is_open(pages).await,
        is_first,
    })
}

/// Returns whether an account was created less than a day ago: its id contains the time.
fn is_new(account: &Account) -> bool {
    let made =
        uuid::Uuid::parse_str(account.id.as_str()).ok().and_then(|id| Some(MessageId::try_from(id).ok()?.made_at()));
    made.is_some_and(|made| now().millis() - made.millis() < NEW_FOR_MS)
}

/// The user, the content of the page, and the settings.
type Loaded = (Option<Member>, PageBoot, Option<Box<SettingsBoot>>);

/// Loads the set-up page. As the pages before log-in, it works without WASM.
async fn set_up(pages: &Pages, who: Identity, asked: Asked, language: Option<Language>) -> Loaded {
    match settings::of_workspace(pages, &who, asked.workspace(), language).await {
        Ok(workspace) => (None, PageBoot::SetUp(workspace), None),
        Err(ErrorCode::NotFound) => within(pages, who, &Uri::from_static("/nowhere"), asked, language).await,
        Err(_) => (None, PageBoot::Unavailable, None),
    }
}

async fn within(pages: &Pages, who: Identity, uri: &Uri, asked: Asked, language: Option<Language>) -> Loaded {
    let settings = match uri.path() {
        "/settings" => Some(settings::settings(pages, &who, asked.workspace(), language).await),
        _ => None,
    };
    let account = who.account;
    let query = ChannelQuery { joined: Some(true), limit: WELCOME_CHANNELS_MAX, ..ChannelQuery::default() };
    let joined = pages.channels.list(&account.id, query).await;
    let failed = joined.is_err() || matches!(settings, Some(Err(_)));
    let channels = joined.map(|page| page.items).unwrap_or_default();
    let page = match failed {
        true => PageBoot::Unavailable,
        false => match page(pages, &account, &channels, uri.path(), asked).await {
            Ok(page) => page,
            Err(ErrorCode::NotFound) => PageBoot::NotFound,
            Err(_) => PageBoot::Unavailable,
        },
    };
    let is_new = is_new(&account);
    (Some(Member { account, channels, is_new }), page, settings.and_then(Result::ok).map(Box::new))
}

async fn page(
    pages: &Pages,
    who: &Account,
    joined: &[Channel],
    path: &str,
    asked: Asked,
) -> Result<PageBoot, ErrorCode> {
    match path {
        "/" => match pages.channels.hall().await? {
            Some(hall) => conversation(pages, who, joined, &hall, asked).await,
            None => Ok(PageBoot::NotFound),
        },
        "/channels" => Ok(PageBoot::Channels(browser(pages, who, &asked).await?)),
        "/channels/new" => {
            let channels = browser(pages, who, &Asked::default()).await?;
            Ok(PageBoot::NewChannel(NewChannelBoot { channels, name: asked.name, topic: asked.topic }))
        }
        "/settings" => Ok(PageBoot::Settings),
        other => match other.strip_prefix("/c/") {
            Some(id) => conversation(pages, who, joined, &id.parse()?, asked).await,
            None => Ok(PageBoot::NotFound),
        },
    }
}

async fn conversation(
    pages: &Pages,
    who: &Account,
    joined: &[Channel],
    id: &ChannelId,
    asked: Asked,
) -> Result<PageBoot, ErrorCode> {
    let channel = match joined.iter().find(|channel| channel.id == *id) {
        Some(channel) => channel.clone(),
        None => pages.channels.view(&who.id, id).await?,
    };
    let members = match asked.panel.as_str() {
        "members" => Some(pages.channels.members(&who.id, id, None, PAGE_MAX).await?),
        _ => None,
    };
    let unsent = asked.draft.parse::<MessageId>().ok().and_then(|id| Some((id, pages.drafts.find(&who.id, id)?)));
    let (compose_id, draft) = unsent.unwrap_or_else(|| (MessageId::generate(), String::new()));
    let history = opened(pages, &channel, &asked).await?;
    Ok(PageBoot::Conversation(Box::new(ConversationBoot { channel, history, compose_id, draft, members })))
}

/// Returns the events that a channel's page shows first: around the position in the address, around the first unread message, or
/// the newest.
async fn opened(pages: &Pages, channel: &Channel, asked: &Asked) -> Result<History, ErrorCode> {
    let named = |pos: Option<u64>| pos.and_then(Pos::from_number);
    let range = match (named(asked.at), named(asked.before)) {
        (Some(at), _) => Range::Around(at),
        (None, Some(before)) => Range::Before(before),
        (None, None) => Range::Newest,
    };
    let is_newest = matches!(range, Range::Newest);
    let page = pages.messages.history(&channel.id, range, PAGE).await?;
    if is_newest && channel.unread() > 0 && page.from > channel.read {
        return pages.messages.history(&channel.id, Range::Around(channel.read), PAGE).await;
    }
    Ok(page)
}

async fn browser(pages: &Pages, who: &Account, asked: &Asked) -> Result<ChannelsBoot, ErrorCode> {
    let search = asked.search.trim().to_owned();
    let only_new = asked.joined == Some(false);
    let query = ChannelQuery {
        search: Some(search.clone()),
        joined: only_new.then_some(false),
        cursor: asked.cursor.clone(),
        limit: PAGE_MAX,
    };
    Ok(ChannelsBoot { found: pages.channels.list(&who.id, query).await?, search, only_new })
}
