//! The texts, numbers and ids that bodies are made of, with the limits of [`domain::limits`]. What a schema cannot say (look-alike names,
//! common passwords, characters that nobody sees) is refused with 422 and its own code.

use domain::limits::{
    CHANNEL_NAME_CHARS_MAX, CHANNEL_TOPIC_CHARS_MAX, DISPLAY_NAME_CHARS_MAX, ID_CHARS_MAX, MESSAGE_CHARS_MAX,
    NAME_CHARS_MAX, NAME_CHARS_MIN, PAGE, PAGE_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, SchemaFormat, Type, schema::Schema},
};

macro_rules! scalars {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Serialize)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let said = [$($doc),+].map(str::trim).join(" ");
                $schema.description(Some(said)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

scalars! {
    /// An account's id. Opaque; it stays for ever.
    AccountId = id();
    /// A channel's id. Opaque; it stays for ever. One that nobody could have is answered as one that does not exist.
    ChannelId = id();
    /// A session's id. Opaque. It names a session and opens none.
    SessionId = id();
    /// A message's id: a UUIDv7 that its sender makes, once. Sending the same id again is always safe and gives the first answer
    /// again.
    MessageId = text(36, 36).format(Some(SchemaFormat::Custom("uuid".into()))).pattern(Some(UUID_V7))
        .examples(["019ab3de-7b1a-7c00-8000-000000000001"]);
    /// Where an event stands in its channel: an integer below 2^53, rising, with gaps. Message key, history cursor, read marker and
    /// resume token alike; 0 is before everything.
    Pos = integer(0, domain::ids::Pos::END.number()).examples([1_099_511_627_779_u64]);
    /// RFC 3339 in UTC with milliseconds, always the server's.
    Timestamp = text(24, 24).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).pattern(Some(TIME))
        .examples(["2026-11-24T09:25:45.678Z"]);
    /// What one logs in with: letters, digits and Chinese characters, `_`, `-` and `.`; at least one of them a letter, a digit or a
    /// Chinese character. Full-width forms become plain ones. No two accounts have names that are the same without case, or that
    /// look alike.
    AccountName = text(NAME_CHARS_MIN, NAME_CHARS_MAX).examples(["ann"]);
    /// What people see: one line without control characters or direction overrides. Space around it is dropped.
    DisplayName = text(1, DISPLAY_NAME_CHARS_MAX).examples(["Ann"]);
    /// What people see: one line without control characters or direction overrides. Space around it is dropped; if nothing is left, it is
    /// the account's name.
    NewDisplayName = text(0, DISPLAY_NAME_CHARS_MAX).examples(["Ann"]);
    /// A password. It has no rules on what it is made of, but one that is common, monotonous or the account's name is refused.
    /// Characters count after NFKC.
    Password = text(PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password))).examples(["correct horse battery"]);
    /// A channel's name: one line of visible characters of any script. Space around it is dropped. No two channels have the same
    /// name, without case.
    ChannelName = text(1, CHANNEL_NAME_CHARS_MAX).examples(["kitchen"]);
    /// What a channel is for, in one line; may be empty.
    Topic = text(0, CHANNEL_TOPIC_CHARS_MAX).examples(["who cooks"]);
    /// A message's text; it also has at most 32 KiB. `\n` is its only line break: others become it. Space at its end and empty lines
    /// at its beginning are dropped; blank text and control characters other than tabs are refused.
    MessageBody = text(1, MESSAGE_CHARS_MAX).examples(["who brings the rice?"]);
    /// How many items a page may have.
    PageSize = integer(1, PAGE_MAX as u64).default(Some(PAGE.into()));
}

/// A UUID of version 7 and of the variant of RFC 9562.
const UUID_V7: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";
const TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$";

fn text(least: usize, most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(least)).max_length(Some(most))
}

fn id() -> ObjectBuilder {
    let pattern = format!("^[A-Za-z0-9_-]{{1,{ID_CHARS_MAX}}}$");
    text(1, ID_CHARS_MAX).pattern(Some(pattern)).examples(["019ab3de7b1a7c008000000000000001"])
}

fn integer(least: u64, most: u64) -> ObjectBuilder {
    let whole = SchemaFormat::KnownFormat(KnownFormat::Int64);
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(whole))
        .minimum(Some(utoipa::Number::from(least)))
        .maximum(Some(utoipa::Number::from(most)))
}
