//! Every text of the pages, in English and in Traditional Chinese as it is written in Taiwan. One table holds both, so that a text
//! that lacks one language does not compile. Sentences are whole: none is built from pieces. Texts that only the server renders are in
//! a table of their own in [`server`], which is not in the WASM.

pub use domain::workspace::Language;
use domain::{error::ErrorCode, limits::MESSAGE_CHARS_MAX, presence::Presence};

/// A table of words; [`Words`] unless it names another.
macro_rules! words {
    ($table:ident; $($name:ident: $english:literal, $chinese:literal;)*) => {
        /// The words of one language.
        #[expect(missing_docs, reason = "the names say it")]
        pub struct $table { $(pub $name: &'static str,)* spoken: Language }
        static ENGLISH: $table = $table { $($name: $english,)* spoken: Language::English };
        static CHINESE: $table = $table { $($name: $chinese,)* spoken: Language::Chinese };

        impl $table {
            /// Returns the words of a language.
            pub fn of(language: Language) -> &'static Self {
                match language {
                    Language::English => &ENGLISH,
                    Language::Chinese => &CHINESE,
                }
            }
        }
    };
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        words! { Words; $($name: $english, $chinese;)* }
    };
}

#[cfg(feature = "ssr")]
pub mod server;

words! {
    log_in: "Log in", "登入";
    sign_up_is_closed: "Sign-up is closed. Ask your administrator for an account.", "這裡目前不開放註冊，請洽管理員。";
    hall: "Hall", "大廳";
    channels: "Channels", "頻道";
    browse_channels: "Browse channels", "瀏覽頻道";
    create_channel: "Create channel", "建立頻道";
    create: "Create", "建立";
    cancel: "Cancel", "取消";
    close: "Close", "關閉";
    back: "Back", "返回";
    open: "Open", "開啟";
    join: "Join", "加入";
    join_channel: "Join channel", "加入頻道";
    joined: "Joined", "已加入";
    leave: "Leave channel", "離開頻道";
    members: "Members", "成員";
    settings: "Settings", "設定";
    name: "Name", "名稱";
    channel_name_rule: "Any language, up to 40 characters.", "中文、英文、數字都可以，最多 40 個字。";
    topic: "Topic", "主題";
    optional: " (optional)", "（選填）";
    topic_hint: "What is this channel about?", "這個頻道聊什麼？";
    find_channels: "Search by name or topic", "用名稱或主題尋找";
    all: "All", "全部";
    not_joined: "Not joined", "尚未加入";
    older: "Earlier messages", "較早的訊息";
    latest: "Jump to latest", "跳到最新";
    back_to_place: "Back to where I was", "回到剛才的位置";
    back_to_unread: "Back to unread", "回到未讀處";
    message: "Message", "訊息";
    send: "Send", "傳送";
    send_hint: "Enter to send · Shift + Enter for a new line", "Enter 傳送 · Shift + Enter 換行";
    send_hint_ctrl: "Ctrl + Enter to send · Enter for a new line", "Ctrl + Enter 傳送 · Enter 換行";
    sending: "Sending", "傳送中";
    not_sent: "Not sent", "沒有送出去";
    try_again: "Try again", "再試一次";
    edit: "Edit", "編輯";
    discard: "Discard", "捨棄";
    empty_text: "No messages yet. Say hello.", "這裡還沒有訊息，說聲嗨吧。";
    nothing_found: "No channels match. Try fewer words.", "沒有符合的頻道，試試少打幾個字。";
    nothing_found_title: "Nothing found", "找不到";
    not_found_title: "Page not found", "找不到這個頁面";
    not_found_text: "The address may be wrong, or you may not have access.", "網址可能不對，或者你沒有權限看這裡的內容。";
    to_hall: "Go to the Hall", "回到大廳";
    unavailable_title: "The server is busy", "伺服器忙碌";
    unavailable_text: "Your drafts are safe on this device. Try again in a moment.", "草稿還在這個裝置上，請稍後再試。";
    reconnecting: "Connection lost. Reconnecting… What you write will be sent.", "連線中斷，正在重新連線… 你寫的訊息會自動送出。";
    offline: "You are offline. Messages are kept on this device.", "目前離線。訊息會先存在這個裝置。";
    logged_out: "You've been logged out. Your draft is saved. Please log in again.", "你已被登出，草稿已保留。請重新登入。";
    retry_now: "Retry now", "立即重試";
    catching_up: "Back online. Catching up…", "已連線，正在補上錯過的訊息…";
    restored: "Back online", "已恢復連線";
    was_reset: "You were away for a while, so this channel was reloaded.", "離開較久，已重新載入此頻道。";
    server_busy: "The server is busy. Your message will be sent shortly.", "伺服器忙碌，訊息稍後送出。";
    all_sent: "All messages sent", "已全部送出";
    outbox_full: "200 messages are waiting. This one stays in the box until some have been sent.", "已有 200 則訊息等著送出，這則先留在這裡，等前面的送出後再傳。";
    older_failed: "Can't load older messages right now. New ones still arrive.", "暫時無法讀取較舊的訊息，即時聊天不受影響。";
    part_failed: "This could not be loaded.", "無法載入這個部分。";
    loading: "Loading…", "載入中…";
    page_failed: "The channels could not be loaded. Please try again in a moment.", "無法載入頻道，請稍後再試。";
    emoji: "Emoji", "表情符號";
    preview: "You are not in this channel. Join to write here.", "你不在這個頻道裡，加入後才能發言。";
    too_many_chars: "This is longer than 8,000 characters. Please shorten it.", "超過 8,000 個字了，請縮短一點。";
    messages_in: "Messages", "訊息";
    has_news: "New messages", "新訊息";
    more: "Show more", "顯示更多";
    filter_members: "Find members", "搜尋成員";
    copy: "Copy", "複製";
    copy_text: "Copy text", "複製文字";
    copy_link: "Copy link", "複製連結";
    text_copied: "Text copied", "已複製文字";
    link_copied: "Link copied", "已複製連結";
    all_marked_read: "Marked everything as read", "已全部標為已讀";
    undo: "Undo", "復原";
    you_left: "You left", "已離開";
    jump: "Jump to…", "跳至…";
    draft: "Draft", "草稿";
    new_version: "New version available", "有新版本";
    refresh: "Reload", "重新整理";
    resize: "Sidebar width", "側邊欄寬度";
    switcher: "Jump to a channel or page", "跳至頻道或頁面";
    keyboard: "Keyboard shortcuts", "快速鍵";
    first_steps: "Getting started", "開始使用";
    hello_text: "Everyone's in the Hall. Say hi.", "大家都在大廳，打聲招呼吧。";
    say_hello: "Say hello", "說聲嗨";
    browse_text: "Each channel has a topic. Join the ones you like.", "其他頻道各有主題，喜歡就加入。";
    message_actions: "Message actions", "訊息操作";
    sent: "Sent", "已送出";
    copied: "Copied", "已複製";
    wrap: "Wrap lines", "自動換行";
}

impl Words {
    /// Returns the keyboard shortcuts, and what they do.
    #[cfg(feature = "ssr")]
    pub fn keys(&self) -> [(&'static str, &'static str); 11] {
        match self.spoken {
            Language::English => [
                ("Ctrl K", "Jump to a channel or page"),
                ("Alt ↑ / ↓", "Previous or next channel"),
                ("Alt Shift ↑ / ↓", "Previous or next unread channel"),
                ("Esc", "Close panel, or mark channel as read"),
                ("Shift Esc", "Mark everything as read"),
                ("F6 / Shift F6", "Next or previous section"),
                ("PgUp / PgDn", "Scroll, also while writing"),
                ("↑ ↓ Home End", "Move between messages"),
                ("C", "Copy the link to the message"),
                ("Ctrl B / I / E", "Bold, italic, code"),
                ("?", "Show shortcuts"),
            ],
            Language::Chinese => [
                ("Ctrl K", "跳至頻道或頁面"),
                ("Alt ↑ / ↓", "上一個／下一個頻道"),
                ("Alt Shift ↑ / ↓", "上一個／下一個未讀頻道"),
                ("Esc", "關閉面板，或將頻道標為已讀"),
                ("Shift Esc", "全部標為已讀"),
                ("F6 / Shift F6", "移到下一個／上一個區域"),
                ("PgUp / PgDn", "捲動，寫訊息時也可以"),
                ("↑ ↓ Home End", "在訊息之間移動"),
                ("C", "複製訊息連結"),
                ("Ctrl B / I / E", "粗體、斜體、程式碼"),
                ("?", "顯示快速鍵"),
            ],
        }
    }

    /// The number of members: "3 members"
    pub fn member_count(&self, count: u64) -> String {
        match (self.spoken, count) {
            (Language::English, 1) => "1 member".into(),
            (Language::English, _) => format!("{count} members"),
            (Language::Chinese, _) => format!("{count} 位成員"),
        }
    }

    /// The number of new messages: "3 new messages"
    pub fn new_messages(&self, count: usize) -> String {
        match (self.spoken, count) {
            (Language::English, 1) => "1 new message".into(),
            (Language::English, _) => format!("{count} new messages"),
            (Language::Chinese, _) => format!("{count} 則新訊息"),
        }
    }

    /// "3 unread channels below"
    pub fn more_unread(&self, count: usize, is_below: bool) -> String {
        match (self.spoken, count, is_below) {
            (Language::English, 1, true) => "1 unread channel below".into(),
            (Language::English, 1, false) => "1 unread channel above".into(),
            (Language::English, _, true) => format!("{count} unread channels below"),
            (Language::English, _, false) => format!("{count} unread channels above"),
            (Language::Chinese, _, true) => format!("下方有 {count} 個未讀頻道"),
            (Language::Chinese, _, false) => format!("上方有 {count} 個未讀頻道"),
        }
    }

    /// A message for screen readers: "林怡君：好，14:05"
    pub fn announcement(&self, name: &str, text: &str, time: &str) -> String {
        match self.spoken {
            Language::English => format!("{name}: {text}, {time}"),
            Language::Chinese => format!("{name}：{text}，{time}"),
        }
    }

    /// The number of unread messages: "3 unread messages"
    pub fn unread_messages(&self, count: u64) -> String {
        match (self.spoken, count) {
            (Language::English, 1) => "1 unread message".into(),
            (Language::English, _) => format!("{count} unread messages"),
            (Language::Chinese, _) => format!("{count} 則未讀訊息"),
        }
    }

    /// The presence of a member.
    pub fn presence(&self, state: Presence) -> &'static str {
        match (self.spoken, state) {
            (Language::English, Presence::Online) => "Online",
            (Language::English, Presence::Away) => "Away",
            (Language::English, Presence::Offline) => "Offline",
            (Language::Chinese, Presence::Online) => "線上",
            (Language::Chinese, Presence::Away) => "暫離",
            (Language::Chinese, Presence::Offline) => "離線",
        }
    }

    /// The text between the first two names of the members that are typing, and the text after them.
    pub fn typing(&self, count: usize) -> (&'static str, String) {
        match (self.spoken, count) {
            (Language::English, 1) => ("", " is typing…".into()),
            (Language::English, 2) => (" and ", " are typing…".into()),
            (Language::English, _) => (", ", format!(" and {} more are typing…", count.saturating_sub(2))),
            (Language::Chinese, 1) => ("", " 正在輸入…".into()),
            (Language::Chinese, 2) => (" 和 ", " 正在輸入…".into()),
            (Language::Chinese, _) => ("、", format!(" 等 {count} 人正在輸入…")),
        }
    }

    /// The countdown to the next attempt to reconnect.
    pub fn retry_in(&self, seconds: u32) -> String {
        match self.spoken {
            Language::English => format!("Connection lost. Retrying in {seconds} s. What you write will be sent."),
            Language::Chinese => format!("連線中斷，{seconds} 秒後重試。你寫的訊息會自動送出。"),
        }
    }

    /// The number of unsent messages: "3 messages not sent yet"
    pub fn unsent_count(&self, count: usize) -> String {
        match (self.spoken, count) {
            (Language::English, 1) => "1 message not sent yet".into(),
            (Language::English, _) => format!("{count} messages not sent yet"),
            (Language::Chinese, _) => format!("還有 {count} 則訊息未送出"),
        }
    }

    /// The placeholder of the composer.
    pub fn write_to(&self, channel: &str) -> String {
        match self.spoken {
            Language::English => format!("Message #{channel}"),
            Language::Chinese => format!("傳訊息到 #{channel}"),
        }
    }

    /// The length of a text: "7,620 / 8,000"
    pub fn chars_written(&self, count: usize) -> String {
        let over = count.saturating_sub(MESSAGE_CHARS_MAX);
        match (self.spoken, over) {
            (_, 0) => format!("{},{:03} / 8,000", count / 1_000, count % 1_000),
            (Language::English, 1) => "1 character over the limit".into(),
            (Language::English, _) => format!("{over} characters over the limit"),
            (Language::Chinese, _) => format!("多了 {over} 個字，請刪短一點"),
        }
    }

    /// The title of an empty channel.
    pub fn empty_title(&self, channel: &str) -> String {
        match self.spoken {
            Language::English => format!("Welcome to #{channel}"),
            Language::Chinese => format!("#{channel} 開張了"),
        }
    }

    /// "林怡君 created this channel"
    pub fn created_by(&self) -> &'static str {
        match self.spoken {
            Language::English => " created this channel",
            Language::Chinese => " 建立了這個頻道",
        }
    }

    /// The text after the names of members that joined: of `total`, all but `others` are named.
    pub fn joined_channel(&self, total: usize, others: usize) -> String {
        match (self.spoken, others) {
            (Language::English, 0) => " joined".into(),
            (Language::English, 1) => " and 1 more joined".into(),
            (Language::English, _) => format!(" and {others} more joined"),
            (Language::Chinese, 0) => " 加入了頻道".into(),
            (Language::Chinese, _) => format!(" 等 {total} 人加入了頻道"),
        }
    }

    /// The text after the names of members that left: of `total`, all but `others` are named.
    pub fn left_channel(&self, total: usize, others: usize) -> String {
        match (self.spoken, others) {
            (Language::English, 0) => " left".into(),
            (Language::English, 1) => " and 1 more left".into(),
            (Language::English, _) => format!(" and {others} more left"),
            (Language::Chinese, 0) => " 離開了頻道".into(),
            (Language::Chinese, _) => format!(" 等 {total} 人離開了頻道"),
        }
    }

    /// The text between two names.
    pub fn name_separator(&self) -> &'static str {
        match self.spoken {
            Language::English => ", ",
            Language::Chinese => "、",
        }
    }

    /// A time of day: "14:05", or by half days "2:05 PM". `short` omits the half of the day.
    pub fn time(&self, at: &domain::clock::Local, half_days: bool, short: bool) -> String {
        let (hour, minute) = (at.hour, at.minute);
        if !half_days {
            return format!("{hour:02}:{minute:02}");
        }
        let time = format!("{}:{minute:02}", (hour + 11) % 12 + 1);
        match (self.spoken, hour < 12) {
            _ if short => time,
            (Language::English, true) => time + " AM",
            (Language::English, false) => time + " PM",
            (Language::Chinese, true) => "上午 ".to_owned() + &time,
            (Language::Chinese, false) => "下午 ".to_owned() + &time,
        }
    }

    /// A day: "Tue 24 Nov", with the year when it is not this one.
    pub fn day(&self, day: &domain::clock::Local, with_year: bool) -> String {
        let (year, month, date) = (day.year, usize::from(day.month), day.day);
        let weekday = usize::from(day.weekday);
        match (self.spoken, with_year) {
            (Language::English, false) => format!("{} {date} {}", WEEKDAYS[weekday], MONTHS[month - 1]),
            (Language::English, true) => format!("{date} {} {year}", MONTHS[month - 1]),
            (Language::Chinese, false) => format!("{month} 月 {date} 日 星期{}", HAN_WEEKDAYS[weekday]),
            (Language::Chinese, true) => format!("{year} 年 {month} 月 {date} 日"),
        }
    }

    /// The divider of today.
    pub fn today_is(&self, day: &str) -> String {
        match self.spoken {
            Language::English => format!("Today, {day}"),
            Language::Chinese => format!("今天 · {day}"),
        }
    }

    /// Why a request was refused, for the user.
    pub fn refusal(&self, code: ErrorCode) -> &'static str {
        let (english, chinese) = match code {
            ErrorCode::InvalidBody => {
                ("The message is empty or has characters that can't be sent.", "沒有可以傳送的內容，或含有控制字元。")
            }
            ErrorCode::TooLong => ("This is too long. Please shorten it.", "太長了，請縮短一點。"),
            ErrorCode::NotFound => ("This no longer exists.", "找不到，可能已經移除。"),
            ErrorCode::NotMember => {
                ("Only members can write here. Join the channel first.", "只有成員能在這裡發言，請先加入頻道。")
            }
            ErrorCode::IdConflict => {
                ("Something went wrong with this message. Please send it again.", "這則訊息出了點問題，請再傳一次。")
            }
            ErrorCode::InvalidId => ("This page is out of date. Please reload it.", "這個頁面的版本太舊，請重新整理。"),
            ErrorCode::RateLimited => {
                ("You're doing that too fast. Try again in a moment.", "動作太頻繁，請稍後再試。")
            }
            ErrorCode::TryAgain => ("The server is busy. Please try again.", "伺服器忙碌，請再試一次。"),
            ErrorCode::StorageFull => {
                ("The server's storage is full; please tell an administrator.", "伺服器儲存空間已滿，請通知管理員。")
            }
            ErrorCode::NameTaken => {
                ("That name is taken, or too similar to one that is.", "這個名稱已被使用，或跟現有的太像。")
            }
            ErrorCode::InvalidName => (
                "This name has characters that cannot be used, or is too short or too long.",
                "這個名稱含有不能用的字元，或是太短、太長。",
            ),
            ErrorCode::WeakPassword => {
                ("This password is too short, too long or too easy to guess.", "這個密碼太短、太長，或太容易猜。")
            }
            ErrorCode::WrongCredentials => ("Wrong username or password.", "帳號或密碼不對，請再試一次。"),
            ErrorCode::Unauthorized => ("Please log in again.", "請重新登入。"),
            ErrorCode::ForbiddenOrigin => ("Blocked: this came from another site.", "這個要求來自其他網站，沒有執行。"),
            ErrorCode::TooLarge => ("This is too large to send.", "太大了，無法傳送。"),
            ErrorCode::SignUpClosed => (self.sign_up_is_closed, self.sign_up_is_closed),
            ErrorCode::HallStays => ("Everyone is in the Hall; you can't leave it.", "大廳是大家的，不能離開。"),
            ErrorCode::TooManyChannels => ("You've joined the maximum number of channels.", "你加入的頻道已達上限。"),
            ErrorCode::InvalidRequest | ErrorCode::MethodNotAllowed => {
                ("That did not work. Please try again.", "無法處理這個要求，請再試一次。")
            }
            ErrorCode::Internal | ErrorCode::Unknown => (
                "Something went wrong on the server. Nothing you wrote is lost.",
                "伺服器出了點狀況，你寫的東西都還在。",
            ),
        };
        match self.spoken {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const HAN_WEEKDAYS: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_times_as_chosen() {
        let at = |minutes: i64| domain::clock::Timestamp::from_millis(minutes * 60_000).local(0);
        let (morning, night, noon) = (at(9 * 60 + 5), at(5), at(12 * 60));
        assert_eq!(ENGLISH.time(&morning, false, false), "09:05");
        assert_eq!(ENGLISH.time(&noon, true, false), "12:00 PM");
        assert_eq!(ENGLISH.time(&night, true, false), "12:05 AM");
        assert_eq!(CHINESE.time(&at(14 * 60 + 5), true, false), "下午 2:05");
        assert_eq!(CHINESE.time(&morning, true, true), "9:05");
    }

    #[test]
    fn formats_numbers_with_their_nouns() {
        assert_eq!(ENGLISH.member_count(1), "1 member");
        assert_eq!(ENGLISH.member_count(2), "2 members");
        assert_eq!(CHINESE.new_messages(3), "3 則新訊息");
    }
}
