//! Sample users and messages: Chinese and English, of the length of messages in a work chat.

use domain::{
    clock::Timestamp,
    drafts::MessageBody,
    error::ErrorCode,
    event::Account,
    ids::{AccountId, ChannelId, MessageId},
    names::{AccountName, ChannelName, DisplayName, Topic},
    record::{Action, Change, Digest, Record},
};

/// About 80 characters each, 80 to 140 bytes.
const TEXTS: [&str; 6] = [
    "早安，昨天說的那個問題我找到原因了：是連線池太小，不是資料庫慢。The fix is one line, I'll open a pull request after lunch.",
    "Has anyone looked at the numbers of last week? The p99 went up on Thursday evening, 看起來跟新版上線的時間一樣。",
    "好，那我們三點在會議室見。記得帶筆電，我想一起看一次整個流程，from the first keystroke to the last row.",
    "The staging server is back. 如果還有人看到 502 請貼時間跟網址在這裡，我會一個一個查，謝謝大家幫忙。",
    "下週一放假，所以發布改到星期二早上十點；release notes are in the usual place, please add what is yours by Friday.",
    "I like it! 只有一個小地方：按鈕的文字在手機上會換成兩行，也許改成「送出」就好，shorter is better here.",
];

/// The generation of the log.
const GENERATION: u32 = 1;

/// Returns the user with this number.
///
/// # Errors
/// If the product refuses the name.
pub fn user(number: usize) -> Result<Account, ErrorCode> {
    let name = format!("bench{number}");
    Ok(Account {
        id: AccountId::generate(),
        name: AccountName::parse(&name)?,
        display_name: DisplayName::parse(&name)?,
    })
}

/// Returns the message text with this number.
///
/// # Errors
/// If the product refuses the text.
pub fn body(number: usize) -> Result<MessageBody, ErrorCode> {
    // The number makes every text unique.
    MessageBody::parse(&format!("{} #{number}", TEXTS[number % TEXTS.len()]))
}

/// Returns a record of a message, whose writer had read the partition up to `after`.
pub fn message(author: &Account, channel: &ChannelId, body: MessageBody, after: u64) -> Vec<u8> {
    let id = MessageId::generate();
    let action = Action::Message { author: author.clone(), body, digest: Digest(*id.as_bytes()) };
    record(channel, id, after, action)
}

/// Returns a record that creates a channel.
///
/// # Errors
/// If the product refuses the name.
pub fn creation(by: &Account, channel: &ChannelId, number: usize, after: u64) -> Result<Vec<u8>, ErrorCode> {
    let name = ChannelName::parse(&format!("bench-{number}"))?;
    let action = Action::Create { by: by.clone(), name, topic: Topic::parse("")? };
    Ok(record(channel, MessageId::generate(), after, action))
}

fn record(channel: &ChannelId, id: MessageId, after: u64, action: Action) -> Vec<u8> {
    let at: Timestamp = jimmy_server::clock::now();
    Record::Change(Change { generation: GENERATION, channel: channel.clone(), id, at, after, action }).encode()
}
