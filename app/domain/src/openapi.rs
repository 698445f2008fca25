//! OpenAPI schemas of texts, numbers and ids, with their limits. Other types derive theirs.
//!
//! A schema cannot express every rule (look-alike names, common passwords, invisible characters): requests that violate the
//! others are refused with 422 and their own code.

use utoipa::{
    Number, PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, SchemaFormat, Type, schema::Schema},
};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    ids::{AccountId, ChannelId, MessageId, Pos, SessionId},
    limits::{
        CHANNEL_NAME_CHARS_MAX, CHANNEL_TOPIC_CHARS_MAX, DISPLAY_NAME_CHARS_MAX, ID_CHARS_MAX, MESSAGE_CHARS_MAX,
        NAME_CHARS_MAX, NAME_CHARS_MIN, PAGE, PAGE_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
    },
    names::{AccountName, ChannelName, DisplayName, Topic},
};

/// The schema of a password in a request.
pub struct Password;
/// The schema of a display name in a request, which may be blank.
pub struct NewDisplayName;
/// The schema of the parameter `limit`.
pub struct PageSize;

macro_rules! schemas {
    ($($name:ident = $schema:expr, $description:literal;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($description)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

schemas! {
    AccountId = id(), "The id of an account. Opaque; never changes and is never reused.";
    ChannelId = id(), "The id of a channel. Opaque; never changes and is never reused. A text that is not an id is reported as \
        not found.";
    SessionId = id(), "The id of a session. Opaque. It names a session; it does not authenticate.";
    MessageId = text(36, 36).format(Some(SchemaFormat::Custom("uuid".into()))).pattern(Some(UUID_V7))
        .examples(["019ab3de-7b1a-7c00-8000-000000000001"]),
        "The id of a message: a UUIDv7 that its sender generates once. Sending the same id again creates no second message and \
        returns the first result.";
    Pos = integer(0, Pos::END.number()).examples([1_099_511_627_779_u64]),
        "The position of an event in its channel: an integer below 2^53, increasing, with gaps. History cursor, read marker and \
        resume token; 0 is before the first event.";
    Timestamp = text(24, 24).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).pattern(Some(TIME))
        .examples(["2026-11-24T09:25:45.678Z"]),
        "RFC 3339 in UTC with milliseconds, by the server's clock.";
    AccountName = text(NAME_CHARS_MIN, NAME_CHARS_MAX).examples(["ann"]),
        "The name that a user logs in with: letters and digits of any script, `_`, `-` and `.`; at least one of them a letter or \
        digit. Full-width forms become plain ones. Names are unique, ignoring case and look-alikes.";
    DisplayName = text(1, DISPLAY_NAME_CHARS_MAX).examples(["Ann"]),
        "The name that other users see: one line without control characters or direction overrides. Space around it is removed.";
    NewDisplayName = text(0, DISPLAY_NAME_CHARS_MAX).examples(["Ann"]),
        "The name that other users see: one line without control characters or direction overrides. Space around it is removed; if \
        nothing is left, it is the account's name.";
    Password = text(PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password))).examples(["correct horse battery"]),
        "A password of any characters. One that is common, monotonous or the account's name is refused. Characters are counted after \
        NFKC.";
    ChannelName = text(1, CHANNEL_NAME_CHARS_MAX).examples(["kitchen"]),
        "The name of a channel: one line of visible characters of any script. Space around it is removed. Names are unique, ignoring \
        case.";
    Topic = text(0, CHANNEL_TOPIC_CHARS_MAX).examples(["who cooks"]),
        "The topic of a channel, in one line; may be empty.";
    MessageBody = text(1, MESSAGE_CHARS_MAX).examples(["who brings the rice?"]),
        "The text of a message, at most 32 KiB. `\\n` is its only line break: others are converted. Space at its end and empty lines at \
        its start are removed; blank text and control characters other than tabs are refused.";
    PageSize = integer(1, PAGE_MAX as u64).default(Some(PAGE.into())), "The maximum number of items in a page.";
}

/// A UUID of version 7 and of the variant of RFC 9562.
const UUID_V7: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";
const TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$";

fn text(min: usize, max: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(min)).max_length(Some(max))
}

fn id() -> ObjectBuilder {
    let pattern = format!("^[A-Za-z0-9_-]{{1,{ID_CHARS_MAX}}}$");
    text(1, ID_CHARS_MAX).pattern(Some(pattern)).examples(["019ab3de7b1a7c008000000000000001"])
}

fn integer(min: u64, max: u64) -> ObjectBuilder {
    let whole = SchemaFormat::KnownFormat(KnownFormat::Int64);
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(whole))
        .minimum(Some(Number::from(min)))
        .maximum(Some(Number::from(max)))
}
