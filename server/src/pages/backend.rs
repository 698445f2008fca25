//! The pages' forms. Each checks the session itself, does what the API does, and redirects. A refusal redirects to the page of
//! the form, with what was typed.

use app::{
    backend::{Backend, Redirect},
    boot::{ClockStyle, Theme},
    ui::words::Language,
};
use async_trait::async_trait;
use axum::http::HeaderMap;
use domain::{
    api::{Credentials, NewAccount, NewChannel},
    error::ErrorCode,
    event::Account,
    ids::ChannelId,
    names::WorkspaceName,
    workspace::{SignUp, Workspace},
};

use super::{
    load::home,
    next::{own_path, query_value},
    state::Pages,
};
use crate::{
    auth::{Identity, OpenedSession, PAGE_SESSION_S, Peer, cookies},
    clock::now,
    messages::Post,
};

/// Age of a page's token from which the next form renews its session, in milliseconds.
const RENEW_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;

/// The server, for one form.
pub(super) struct PageBackend {
    pub(super) pages: Pages,
    /// Headers of the form's request.
    pub(super) headers: HeaderMap,
    pub(super) peer: Peer,
}

impl PageBackend {
    /// Sets the cookie of a new session and redirects.
    async fn enter(&self, opened: OpenedSession, next: &str) -> Result<Redirect, ErrorCode> {
        let token = self.pages.auth.session_tokens.page_token(&opened.session)?;
        let to = match own_path(next) {
            Some(next) => next.to_owned(),
            None => home(&self.pages, &opened.account).await,
        };
        Ok(Redirect::to(to).with(self.pages.auth.cookies.session(token, PAGE_SESSION_S)))
    }

    /// Returns the user who sends the form; without a session, a redirect to log in.
    async fn who(&self) -> Result<Identity, Redirect> {
        let back = self.back();
        let log_in = || Redirect::to(format!("/log-in?next={}", query_value(&back)));
        match self.pages.auth.identify(&self.headers).await {
            Ok(who) => Ok(who),
            Err(ErrorCode::Unauthorized) => Err(log_in()),
            Err(code) => Err(refused(&back, code)),
        }
    }

    /// Returns the page that holds the form.
    fn back(&self) -> String {
        let referer = self.headers.get(axum::http::header::REFERER).and_then(|referer| referer.to_str().ok());
        let url = referer.and_then(|referer| url::Url::parse(referer).ok());
        let path = url.map(|url| url.path().to_owned()).unwrap_or_default();
        own_path(&path).unwrap_or("/").to_owned()
    }

    /// Returns where a form that cannot be read redirects: to its page, with the error.
    pub fn unread(&self) -> String {
        refused(&self.back(), ErrorCode::InvalidRequest).to
    }

    /// Renews the page's session when it is due, along with the form's redirect.
    async fn renewed(&self, who: &Identity, go: Redirect) -> Redirect {
        let age = now().millis() - who.named.issued_at.millis();
        if age < RENEW_AFTER_MS || who.by_bearer {
            return go;
        }
        match self.pages.auth.session_tokens.renew_page(&who.session).await {
            Some(token) => go.with(self.pages.auth.cookies.session(token, PAGE_SESSION_S)),
            // The next form tries again.
            None => go,
        }
    }

    /// Ends sessions, and removes the cookie only once they have ended, or if this one had ended before: while that is unknown,
    /// the user must not believe to be logged out.
    async fn ends(&self, end: impl AsyncFnOnce(&Identity) -> Result<(), ErrorCode>) -> Redirect {
        let ended = match self.pages.auth.identify(&self.headers).await {
            Ok(who) => end(&who).await,
            Err(code) => Err(code),
        };
        match ended {
            Ok(()) | Err(ErrorCode::Unauthorized) => Redirect::to("/log-in").with(self.pages.auth.cookies.no_session()),
            Err(code) => refused("/settings", code),
        }
    }

    async fn as_member<T>(
        &self,
        work: impl AsyncFnOnce(&Account) -> Result<Redirect, T>,
        to: impl FnOnce(T) -> Redirect,
    ) -> Redirect {
        match self.who().await {
            Err(go) => go,
            Ok(who) => {
                let go = work(&who.account).await.unwrap_or_else(to);
                self.renewed(&who, go).await
            }
        }
    }
}

/// Returns what was typed, shortened, as the value of a query.
fn short(text: &str) -> String {
    query_value(&text.chars().take(300).collect::<String>())
}

/// Redirects to a page, which shows the error.
fn refused(page: &str, code: ErrorCode) -> Redirect {
    let mark = if page.contains('?') { '&' } else { '?' };
    Redirect::to(format!("{page}{mark}refused={code}"))
}

fn back_to_form(page: &str, code: ErrorCode, name: &str, next: &str) -> Redirect {
    let name: String = name.chars().take(64).collect();
    Redirect::to(format!("{page}?refused={code}&name={}&next={}", query_value(&name), query_value(next)))
}

#[async_trait]
impl Backend for PageBackend {
    async fn sign_up(&self, name: String, password: String, next: String) -> Redirect {
        let new = NewAccount { name: name.clone(), password, display_name: None };
        match self.pages.accounts.sign_up(new, self.peer.client(&self.headers)).await {
            Ok(opened) => {
                // The first user has to set up the workspace. When the owner is unknown, the user is redirected as any other.
                let is_owner = self.pages.workspace.is_owner(&opened.account).await.unwrap_or_default();
                let to = if is_owner { "/set-up" } else { &next };
                self.enter(opened, to).await.unwrap_or_else(|code| back_to_form("/sign-up", code, &name, &next))
            }
            Err(refused) => back_to_form("/sign-up", refused.code, &name, &next),
        }
    }

    async fn log_in(&self, name: String, password: String, next: String) -> Redirect {
        let credentials = Credentials { name: name.clone(), password };
        match self.pages.accounts.log_in(credentials, self.peer.client(&self.headers)).await {
            Ok(opened) => {
                self.enter(opened, &next).await.unwrap_or_else(|code| back_to_form("/log-in", code, &name, &next))
            }
            Err(refused) => back_to_form("/log-in", refused.code, &name, &next),
        }
    }

    async fn log_out(&self) -> Redirect {
        self.ends(async |who| self.pages.auth.session_tokens.end(&who.session).await).await
    }

    async fn log_out_everywhere(&self) -> Redirect {
        self.ends(async |who| self.pages.auth.session_tokens.end_all(&who.account.id).await).await
    }

    async fn end_session(&self, session: String) -> Redirect {
        let who = match self.who().await {
            Err(go) => return go,
            Ok(who) => who,
        };
        let ended = match session.parse() {
            Ok(session) => self.pages.auth.session_tokens.end_own(&who.account.id, &session).await,
            Err(code) => Err(code),
        };
        match ended {
            Ok(()) if session == who.session.as_str() => {
                Redirect::to("/log-in").with(self.pages.auth.cookies.no_session())
            }
            // A session that has ended meanwhile is a success.
            Ok(()) | Err(ErrorCode::NotFound) => self.renewed(&who, Redirect::to("/settings#sessions")).await,
            Err(code) => refused("/settings", code),
        }
    }

    async fn set_up(&self, name: String, language: String, sign_up: String, from: String) -> Redirect {
        let is_settings = from == "settings";
        let change = async |who: &Account| {
            let name = WorkspaceName::parse(&name)?;
            let language = Language::from_list(&language).ok_or(ErrorCode::InvalidRequest)?;
            let sign_up = SignUp::from_word(&sign_up).ok_or(ErrorCode::InvalidRequest)?;
            self.pages.workspace.change(who, Workspace { name, language, sign_up }).await?;
            Ok(Redirect::to(if is_settings { "/settings#workspace".into() } else { home(&self.pages, who).await }))
        };
        let typed = |code: ErrorCode| {
            let (page, section) = if is_settings { ("/settings", "#workspace") } else { ("/set-up", "") };
            let [name, language, sign_up] = [&name, &language, &sign_up].map(|text| short(text));
            Redirect::to(format!("{page}?refused={code}&name={name}&language={language}&sign_up={sign_up}{section}"))
        };
        self.as_member(change, typed).await
    }

    async fn create_channel(&self, name: String, topic: String) -> Redirect {
        let new = NewChannel { name: name.clone(), topic: topic.clone() };
        let create = async |who: &Account| {
            let channel = self.pages.channels.create(who, new).await?;
            Ok(Redirect::to(format!("/c/{}", channel.id)))
        };
        let typed = |code: ErrorCode| {
            Redirect::to(format!("/channels/new?refused={code}&name={}&topic={}", short(&name), short(&topic)))
        };
        self.as_member(create, typed).await
    }

    async fn join(&self, channel: String) -> Redirect {
        let join = async |who: &Account| {
            let channel = self.pages.channels.join(who, &channel.parse()?).await?;
            Ok(Redirect::to(format!("/c/{}", channel.id)))
        };
        self.as_member(join, |code: ErrorCode| refused("/channels", code)).await
    }

    async fn leave(&self, channel: String) -> Redirect {
        let leave = async |who: &Account| {
            self.pages.channels.leave(who, &channel.parse()?).await?;
            Ok(Redirect::to(home(&self.pages, who).await))
        };
        self.as_member(leave, |code: ErrorCode| refused("/", code)).await
    }

    async fn send_message(&self, channel: String, id: String, body: String) -> Redirect {
        let page = match channel.parse::<ChannelId>() {
            Ok(channel) => format!("/c/{channel}"),
            Err(code) => return refused("/", code),
        };
        let say = async |who: &Account| {
            let draft = Post { channel: &channel, id: &id, body: &body, is_retry: true, is_subscribed: false };
            let posted = match self.pages.messages.post(who, draft).await {
                Ok(posting) => posting.await,
                Err(code) => Err(code),
            };
            match posted {
                Ok(_) => Ok(Redirect::to(format!("{page}#latest"))),
                Err(code) => Err((code, who.id.clone())),
            }
        };
        let kept = |(code, author): (ErrorCode, domain::ids::AccountId)| match id.parse() {
            Ok(id) => {
                self.pages.drafts.keep(&author, id, body.clone());
                Redirect::to(format!("{page}?refused={code}&draft={id}#latest"))
            }
            Err(code) => refused(&page, code),
        };
        self.as_member(say, kept).await
    }

    async fn set_language(&self, language: String, back: String) -> Redirect {
        let word = Language::from_list(&language).unwrap_or_default().word();
        self.chosen(cookies::LANGUAGE, word, &back)
    }

    async fn set_theme(&self, theme: String, back: String) -> Redirect {
        self.chosen(cookies::THEME, Theme::from_word(&theme).word(), &back)
    }

    async fn set_clock(&self, clock: String, back: String) -> Redirect {
        self.chosen(cookies::CLOCK, ClockStyle::from_word(&clock).word(), &back)
    }

    async fn set_enter(&self, enter: String, back: String) -> Redirect {
        let word = if enter == cookies::ENTER_BREAKS { cookies::ENTER_BREAKS } else { "sends" };
        self.chosen(cookies::ENTER, word, &back)
    }
}

impl PageBackend {
    /// Stores a choice and redirects. These forms are also on the pages before log-in, to which no other form redirects.
    fn chosen(&self, name: &'static str, word: &'static str, back: &str) -> Redirect {
        let form = ["/log-in", "/sign-up"].into_iter().find(|page| back.split('?').next() == Some(page));
        let back = match form {
            Some(_) if own_path(&back.replacen('/', "/c", 1)).is_some() => back,
            _ => own_path(back).unwrap_or("/"),
        };
        Redirect::to(back).with(self.pages.auth.cookies.choice(name, word))
    }
}
