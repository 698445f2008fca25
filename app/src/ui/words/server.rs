//! Texts that only the server renders: login, sign-up, set-up, settings. They are not in the WASM.

use domain::clock::Timestamp;

use domain::workspace::Language;

words! {
    ServerWords;
    account: "Username", "帳號";
    password: "Password", "密碼";
    show_password: "Show password", "顯示密碼";
    hide_password: "Hide password", "隱藏密碼";
    name_rule: "2 to 32 letters, digits, Chinese characters, or _ - .", "2 到 32 個字：中文、英文字母、數字，或 _ - .";
    password_rule: "At least 8 characters. A sentence is easiest.", "至少 8 個字元，用一句話最好記。";
    log_in_text: "Your team is talking here.", "大家都在這裡聊。";
    no_account: "No account yet?", "還沒有帳號？";
    sign_up: "Create account", "建立帳號";
    sign_up_text: "Pick the name people will see, and a password.", "取個大家會看到的名字，設個密碼。";
    sign_up_first: "You're the first one here. This account will own the workspace.", "你是第一位使用者，這個帳號會成為工作區的擁有者。";
    have_account: "Already have an account?", "已經有帳號了？";
    set_up_title: "Set up your workspace", "設定你的工作區";
    set_up_text: "You can change all of this later in Settings.", "之後都可以在「設定」裡修改。";
    set_up: "Get started", "開始使用";
    save: "Save", "儲存";
    workspace: "Workspace", "工作區";
    workspace_name: "Workspace name", "工作區名稱";
    workspace_name_rule: "Any language, up to 40 characters.", "中文、英文、數字都可以，最多 40 個字。";
    workspace_language: "Language of the workspace", "工作區的語言";
    workspace_language_text: "Used when someone's browser asks for neither English nor Chinese.", "瀏覽器沒有指定中文或英文的人，會看到這個語言。";
    who_signs_up: "Who can create an account", "誰可以建立帳號";
    anybody: "Anyone", "任何人";
    anybody_text: "Anyone who knows this address.", "知道這個網址的人都可以。";
    nobody: "No one", "不開放";
    nobody_text: "People who already have an account are not affected.", "已經有帳號的人不受影響。";
    closed_by_operator: "Sign-up is turned off on this server. That overrides the choice below.", "這台伺服器已設定為不開放註冊，在解除之前，這裡的選擇不會生效。";
    look: "Appearance", "外觀";
    theme_text: "On this device only.", "只套用在這個裝置。";
    theme_system: "Match system", "跟隨系統";
    theme_light: "Paper (light)", "宣紙（淺色）";
    theme_dark: "Inkstone (dark)", "硯台（深色）";
    language_and_time: "Language and time", "語言與時間";
    language: "Language", "語言";
    language_text: "On this device only. Messages are not translated.", "只套用在這個裝置，大家寫的內容不受影響。";
    composing: "Writing messages", "撰寫訊息";
    enter_key: "Enter key", "Enter 鍵";
    enter_text: "What Enter does while you type, on this device. Ctrl + Enter always sends.", "寫訊息時按 Enter 的作用，只套用在這個裝置。Ctrl + Enter 一律傳送。";
    enter_sends: "Sends", "傳送";
    enter_breaks: "Starts a new line", "換行";
    find_emoji: "Search emoji", "搜尋表情符號";
    recent: "Recently used", "最近使用";
    no_emoji: "No emoji found. Try another word.", "沒有這個表情符號，換個說法試試。";
    not_alive: "This page could not start. New messages appear only after a reload.", "這個頁面沒有完全啟動，重新整理後才會看到新訊息。";
    clock: "Time format", "時間格式";
    clock_text: "On this device only.", "只套用在這個裝置。";
    clock_24: "24-hour", "24 小時制";
    clock_12: "12-hour", "12 小時制";
    sessions: "Where you're logged in", "已登入的裝置";
    sessions_text: "Log out any device that you no longer use or do not recognise.", "把不再使用或不認得的裝置登出。";
    this_device: "This device", "這個裝置";
    unknown_device: "Unknown device", "不明裝置";
    log_out: "Log out", "登出";
    log_out_everywhere: "Log out everywhere", "登出所有裝置";
    log_out_everywhere_text: "Including this device.", "包括這個裝置。";
}

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Longest time since a use that is shown as "just now", in milliseconds: a use is recorded to the minute, and a little late.
const JUST_NOW: i64 = 2 * MINUTE;

impl ServerWords {
    /// The title of the sign-up page.
    pub fn join(&self, workspace: &str) -> String {
        match self.spoken {
            Language::English => format!("Join {workspace}"),
            Language::Chinese => format!("加入{}", beside(workspace)),
        }
    }

    /// The title of the login page.
    pub fn log_in_to(&self, workspace: &str) -> String {
        match self.spoken {
            Language::English => format!("Log in to {workspace}"),
            Language::Chinese => format!("登入{}", beside(workspace)),
        }
    }

    /// The button that logs a device out, for screen readers.
    pub fn log_out_of(&self, device: &str) -> String {
        match self.spoken {
            Language::English => format!("Log out {device}"),
            Language::Chinese => format!("登出{}", beside(device)),
        }
    }

    /// The time since a session was last used.
    pub fn used_ago(&self, at: Timestamp, now: Timestamp) -> String {
        let ago = (now.millis() - at.millis()).max(0);
        let (count, one, many, han) = match ago {
            _ if ago < JUST_NOW => {
                return match self.spoken {
                    Language::English => "used just now".into(),
                    Language::Chinese => "剛剛使用".into(),
                };
            }
            _ if ago < HOUR => (ago / MINUTE, "minute", "minutes", "分鐘"),
            _ if ago < DAY => (ago / HOUR, "hour", "hours", "小時"),
            _ => (ago / DAY, "day", "days", "天"),
        };
        match self.spoken {
            Language::English => format!("used {count} {} ago", if count == 1 { one } else { many }),
            Language::Chinese => format!("{count} {han}前使用"),
        }
    }
}

/// Returns a name for the place after a Chinese word: with a space before it if it begins with a Latin letter or a digit.
fn beside(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { format!(" {name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_a_space_before_latin_names() {
        let words = ServerWords::of(Language::Chinese);
        assert_eq!(words.join("小島工作室"), "加入小島工作室");
        assert_eq!(words.log_in_to("Island Studio"), "登入 Island Studio");
        assert_eq!(ServerWords::of(Language::English).join("小島工作室"), "Join 小島工作室");
    }

    #[test]
    fn shows_the_time_in_the_largest_unit_that_fits() {
        let english = ServerWords::of(Language::English);
        let at = Timestamp::from_millis(1_000);
        let after = |millis| english.used_ago(at, Timestamp::from_millis(1_000 + millis));
        assert_eq!(after(JUST_NOW - 1), "used just now");
        assert_eq!(after(5 * MINUTE), "used 5 minutes ago");
        assert_eq!(after(HOUR), "used 1 hour ago");
        assert_eq!(after(3 * DAY), "used 3 days ago");
        let earlier = english.used_ago(Timestamp::from_millis(9_000), at);
        assert_eq!(earlier, "used just now", "another server's clock may be ahead");
        assert_eq!(
            ServerWords::of(Language::Chinese).used_ago(at, Timestamp::from_millis(1_000 + 2 * HOUR)),
            "2 小時前使用"
        );
    }
}
