//! Opens, renews, lists and ends sessions, and issues the tokens that name them.

use std::sync::Arc;

use domain::{
    api::{OpenSession, Session},
    clock::Timestamp,
    error::ErrorCode,
    event::Account,
    ids::{AccountId, SessionId},
};

use super::{
    identity::Identity,
    peer::ClientInfo,
    sessions::Sessions,
    tokens::{ACCESS_S, Audience, PAGE_SESSION_S, Tokens, refresh_hash},
};
use crate::{
    clock::now,
    cluster::Cluster,
    metrics::Metrics,
    ports::{
        Directory,
        directory::{SessionDraft, SessionRow, Spent},
        ephemeral::Signal,
    },
};

/// Sessions in a list: those that were used last.
const SESSIONS_LISTED_MAX: usize = 100;
/// A spent refresh token that returns within this many milliseconds comes from a second tab, not from a thief.
const REFRESH_GRACE_MS: i64 = 10_000;
/// Characters of a device's or an address's description that are stored.
const DESCRIPTION_CHARS_MAX: usize = 250;

/// A session that was just opened.
pub struct OpenedSession {
    pub(crate) account: Account,
    pub(crate) session: SessionId,
}

/// Opens, renews, lists and ends sessions, and issues their tokens.
pub struct SessionTokens {
    directory: Arc<dyn Directory>,
    sessions: Sessions,
    tokens: Arc<Tokens>,
    cluster: Arc<Cluster>,
    metrics: Arc<Metrics>,
}

impl SessionTokens {
    /// Returns the handle.
    pub fn new(
        directory: Arc<dyn Directory>,
        sessions: Sessions,
        tokens: Arc<Tokens>,
        cluster: Arc<Cluster>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { directory, sessions, tokens, cluster, metrics }
    }

    /// Opens a session of an account whose password was just verified against the hash `verified`. Returns `None` if the account
    /// has another hash by now.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn open(
        &self,
        account: Account,
        client: ClientInfo,
        verified: &str,
    ) -> Result<Option<OpenedSession>, ErrorCode> {
        let short = |text: String| text.chars().filter(|c| !c.is_control()).take(DESCRIPTION_CHARS_MAX).collect();
        let draft = SessionDraft {
            id: SessionId::generate(),
            account: account.id.clone(),
            device: short(client.device),
            address: short(client.address),
            at: now(),
            expires_at: in_seconds(PAGE_SESSION_S),
        };
        let opened = self.directory.open_session(&draft, verified).await.map_err(self.metrics.directory_failed())?;
        Ok(opened.then_some(OpenedSession { account, session: draft.id }))
    }

    /// Returns the first pair of tokens of a program's session.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn first_pair(&self, opened: OpenedSession) -> Result<Session, ErrorCode> {
        let refresh_token = self.tokens.refresh_after(None);
        self.issue_pair(opened.account, &opened.session, refresh_token).await
    }

    /// Returns the next pair for a refresh token, and spends that token. A token that was spent long ago was stolen from one
    /// of its two holders: its session ends.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`], [`ErrorCode::TryAgain`].
    pub(crate) async fn refresh(&self, token: &str) -> Result<Session, ErrorCode> {
        let at = now();
        let spent = self.directory.spend_refresh(&refresh_hash(token), at).await;
        let session = match spent.map_err(self.metrics.directory_failed())? {
            Spent::Now(session) => session,
            Spent::Before(session, spent_at) if at.millis() - spent_at.millis() <= REFRESH_GRACE_MS => session,
            Spent::Before(session, _) => {
                tracing::warn!(%session, "spent refresh token used again; ending its session");
                self.end(&session).await?;
                return Err(ErrorCode::Unauthorized);
            }
            Spent::Unknown => return Err(ErrorCode::Unauthorized),
        };
        let live = self.sessions.check(&session).await?;
        let renewed = self.directory.renew_session(&session, in_seconds(PAGE_SESSION_S)).await;
        renewed.map_err(self.metrics.directory_failed())?;
        self.issue_pair(live.account, &session, self.tokens.refresh_after(Some(token))).await
    }

    async fn issue_pair(
        &self,
        account: Account,
        session: &SessionId,
        refresh_token: String,
    ) -> Result<Session, ErrorCode> {
        let at = now();
        let issued = self.directory.issue_refresh(&refresh_hash(&refresh_token), session, at).await;
        issued.map_err(self.metrics.directory_failed())?;
        let access_token = self.tokens.issue(Audience::Program, session, at, ACCESS_S)?;
        Ok(Session { account, access_token, token_type: "Bearer".into(), expires_in: ACCESS_S, refresh_token })
    }

    /// Returns the token for the page's cookie.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when it cannot be signed.
    pub(crate) fn page_token(&self, session: &SessionId) -> Result<String, ErrorCode> {
        self.tokens.issue(Audience::Page, session, now(), PAGE_SESSION_S)
    }

    /// Extends a page's session and returns its next token; `None` when either fails: a later form tries again.
    pub(crate) async fn renew_page(&self, session: &SessionId) -> Option<String> {
        self.directory.renew_session(session, in_seconds(PAGE_SESSION_S)).await.ok()?;
        self.page_token(session).ok()
    }

    /// Ends a session: its tokens become invalid and its connections close.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn end(&self, session: &SessionId) -> Result<(), ErrorCode> {
        self.directory.end_session(session, now()).await.map_err(self.metrics.directory_failed())?;
        self.announce_ended(std::slice::from_ref(session)).await;
        Ok(())
    }

    /// Returns the open sessions of a user, the most recently used first.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn list(&self, who: &Identity) -> Result<Vec<OpenSession>, ErrorCode> {
        let rows = self.directory.sessions(&who.account.id, now(), SESSIONS_LISTED_MAX).await;
        let open = |SessionRow { id, device, address, created_at, last_used_at }| {
            let is_current = id == who.session;
            OpenSession { id, device, address, created_at, last_used_at, is_current }
        };
        Ok(rows.map_err(self.metrics.directory_failed())?.into_iter().map(open).collect())
    }

    /// Ends a session of this account.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a session of another account or one that has ended, [`ErrorCode::TryAgain`].
    pub(crate) async fn end_own(&self, account: &AccountId, session: &SessionId) -> Result<(), ErrorCode> {
        let has_ended = self.directory.end_own_session(account, session, now()).await;
        if !has_ended.map_err(self.metrics.directory_failed())? {
            return Err(ErrorCode::NotFound);
        }
        self.announce_ended(std::slice::from_ref(session)).await;
        Ok(())
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn end_all(&self, account: &AccountId) -> Result<(), ErrorCode> {
        let ended = self.directory.end_sessions(account, now()).await.map_err(self.metrics.directory_failed())?;
        self.announce_ended(&ended).await;
        Ok(())
    }

    async fn announce_ended(&self, sessions: &[SessionId]) {
        for session in sessions {
            self.sessions.forget(session).await;
            self.cluster.publish(Signal::SessionEnded { session: session.clone() }).await;
        }
    }
}

fn in_seconds(seconds: u64) -> Timestamp {
    Timestamp::from_millis(now().millis() + seconds as i64 * 1_000)
}
