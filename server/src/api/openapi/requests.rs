//! What programs send. Mirrors of the types in [`domain::api`], which may not depend on this; tests hold the two together.

use utoipa::ToSchema;

use super::scalars::{AccountName, ChannelName, MessageBody, MessageId, NewDisplayName, Password, Pos, Topic};

/// A new account.
#[derive(ToSchema)]
pub struct NewAccount {
    /// What it logs in with.
    pub name: AccountName,
    /// The password.
    pub password: Password,
    /// What people see; the name if it is left out, null or blank.
    pub display_name: Option<NewDisplayName>,
}

/// Who logs in.
#[derive(ToSchema)]
pub struct Credentials {
    /// The account's name, in any spelling that means the same.
    pub name: String,
    /// The password.
    #[schema(format = Password)]
    pub password: String,
}

/// The session to be renewed.
#[derive(ToSchema)]
pub struct Refresh {
    /// The one of the last Session.
    pub refresh_token: String,
}

/// A new public channel.
#[derive(ToSchema)]
pub struct NewChannel {
    /// What it is called.
    pub name: ChannelName,
    /// What it is for.
    #[schema(required = false)]
    pub topic: Topic,
}

/// Something to say.
#[derive(ToSchema)]
pub struct NewMessage {
    /// The sender's own id for it.
    pub id: MessageId,
    /// The text.
    pub body: MessageBody,
}

/// Up to where somebody has read.
#[derive(ToSchema)]
pub struct ReadMarker {
    /// The place of the last event that was read; beyond the channel's head it counts as the head.
    pub pos: Pos,
}
