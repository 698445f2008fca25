// What is on the pictures: the same small team in each language, over three days.

/** Somebody of the team: the name one logs in with, and the one that others see. */
type Role = { name: string; shown: string };
/** Days before today, the time of day where the reader is, who, and what; `joins` instead of a text. */
export type Line = [day: number, at: string, who: string, text: string] | [day: number, at: string, who: string, joins: true];

export type Story = {
  people: Record<string, Role>;
  /** Each is made by whoever speaks first in it; the reader is in all but those that say so. */
  channels: { hall: { name: ""; topic: ""; lines: Line[] } } & Record<string, { name: string; topic: string; lines: Line[]; not_joined?: true }>;
  /** What comes while the reader looks elsewhere. */
  news: [channel: string, who: string, text: string][];
  /** What waits, and what was refused. */
  refused: string;
  waits: string[];
  /** What nothing is found with. */
  nowhere: string;
  sign_up: string;
  /** What stands in the form for a new channel. */
  new_channel: [name: string, topic: string];
  draft: string;
};

const code = `\`\`\`rust
/// 同一個識別碼送兩次，還是同一則訊息。
pub fn place(&mut self, id: MessageId) -> Verdict {
    match self.window.get(&id) {
        Some(kept) => Verdict::Repeat(kept.pos),
        None => Verdict::Kept(self.next()),
    }
}
\`\`\``;

const ZH: Story = {
  people: {
    me: { name: "ming", shown: "王小明" },
    jun: { name: "怡君", shown: "林怡君" },
    kevin: { name: "kevin.lee", shown: "Kevin Lee" },
    hao: { name: "志豪", shown: "陳志豪" },
    mei: { name: "美玲", shown: "黃美玲" },
    sophie: { name: "sophie", shown: "Sophie 林" },
    na: { name: "娜娜", shown: "歐陽娜娜" },
    sakura: { name: "sakura", shown: "さくら" },
  },
  channels: {
    hall: {
      name: "",
      topic: "",
      lines: [
        [2, "08:55", "me", "大家好，這裡就是我們新的聊天室，先在大廳打個招呼吧。"],
        [2, "08:58", "kevin", "Hi everyone 👋"],
        [2, "09:01", "mei", "早安，介面好清爽。"],
        [1, "17:30", "hao", "週五下午的分享會輪到我，題目是「字與字之間的空白」。"],
        [0, "08:47", "sophie", "電梯今天維修，要走樓梯，大家加油。"],
      ],
    },
    design: {
      name: "設計討論",
      topic: "介面、文字、圖示，還有週四的設計會議",
      lines: [
        [2, "09:12", "jun", "大家早，這個頻道之後放所有介面的討論，會議紀錄也貼在這裡。"],
        [2, "09:14", "hao", true],
        [2, "09:14", "mei", true],
        [2, "09:15", "kevin", true],
        [2, "09:15", "sophie", true],
        [2, "09:16", "na", true],
        [2, "09:20", "hao", "早。手機版的側邊欄我先畫了一版，下午放上來。"],
        [2, "09:21", "hao", "主要改了三個地方：\n\n1. 列高 44，拇指比較好按\n2. 未讀用粗體加一個點，不只靠顏色\n3. 草稿的鉛筆放在數字前面"],
        [2, "09:34", "kevin", "Looks good. 列高 44 之後一個畫面放得下幾個頻道？"],
        [2, "09:36", "hao", "大概 14 個，再多就要捲了。"],
        [2, "11:02", "jun", "文字的部分我整理好了，用詞照這份：https://design.example.tw/wording"],
        [2, "11:03", "jun", "> 按鈕是動詞：傳送、加入頻道。\n> 語氣用「你」，句子短，不用驚嘆號。"],
        [2, "11:05", "mei", "👍"],
        [1, "10:08", "mei", "昨天測了 Windows 的正黑體：字重 500 會變成 Regular，600 才是 Bold，所以未讀只能用 **600**。"],
        [1, "10:10", "kevin", "Good catch. 我把 `--weight-strong` 改成 600，其他字重都拿掉了。"],
        [1, "10:12", "kevin", code],
        [1, "10:13", "kevin", "順便解決了重送的問題，同一則訊息不會出現兩次。"],
        [1, "10:20", "jun", "太好了 🎉 昨天我在捷運上就遇到，進隧道出來多了一則。"],
        [1, "15:40", "na", "我這邊 iPhone 和 Pixel 都試過了，注音選字的時候按 Enter 不會誤送。"],
        [1, "15:41", "na", "倉頡、速成、拼音也都正常，只剩手寫還沒試。"],
        [1, "15:48", "hao", "手寫我來試，晚點回報。"],
        [0, "09:02", "jun", "今天 14:30 的會議改到四樓的小會議室，線上的連結不變：https://meet.example.tw/design"],
        [0, "09:03", "jun", "議程：\n\n- 深色主題的對比（美玲）\n- 空白頁的插圖（娜娜）\n- 手機上的返回手勢（志豪）"],
        [0, "09:10", "sophie", "我會晚五分鐘，前一個會還沒結束。"],
        [0, "09:11", "me", "我先幫大家訂咖啡，要什麼直接回我。"],
        [0, "09:12", "mei", "拿鐵，少冰，謝謝"],
        [0, "09:12", "kevin", "Americano please 🙏"],
        [0, "11:26", "mei", "深色主題的對比全部量過了，最低是 4.6，文字都過得了 AA。"],
        [0, "11:27", "mei", "唯一要調的是連結底線，在 `well` 上面有點淡，*不過不影響閱讀*。"],
        [0, "11:31", "hao", "那就照這版走吧。返回手勢我也做好了，從左邊 24 px 內滑就會回到清單。"],
        [0, "13:47", "na", "插圖放上來了：https://design.example.tw/art/empty ，線條用墨色，只有一筆是朱紅。"],
        [0, "13:52", "me", "很好看。那一筆放在旗子頂端最剛好。"],
        [0, "13:55", "jun", "同意，就這樣定案。等一下會議見。"],
      ],
    },
    backend: { name: "後端", topic: "伺服器、資料庫、佈署", lines: [[1, "16:20", "kevin", "今晚十點更新伺服器，大約停 20 秒，訊息會自動補送。"]] },
    frontend: { name: "frontend", topic: "Leptos, WASM, CSS", lines: [[0, "10:01", "kevin", "WASM 現在 287 kB，還在預算內。"]] },
    lunch: { name: "午餐吃什麼", topic: "十一點半前決定", lines: [[0, "11:20", "na", "巷口那家牛肉麵？"], [0, "11:21", "sophie", "好啊，我要乾的"]] },
    release: { name: "發行 2026.12", topic: "時程、清單、公告", lines: [[0, "09:30", "hao", "清單剩 4 項，都在這週。"]] },
    quiet: { name: "讀書會", topic: "每月一本，第一本《設計的設計》", lines: [] },
    hiking: {
      name: "爬山",
      topic: "週末出發，新手也歡迎",
      not_joined: true,
      lines: [
        [1, "20:15", "hao", "這週六走七星山，七點半劍潭捷運站集合。"],
        [1, "20:18", "na", "天氣預報說早上晴，帶薄外套就好。"],
        [1, "20:40", "sophie", "我開車，還有兩個位子。"],
      ],
    },
    photo: { name: "攝影", topic: "底片、數位都可以", not_joined: true, lines: [[2, "21:00", "sakura", "淡水的夕陽今天很漂亮。"]] },
    english: { name: "英文練習", topic: "Every Wednesday, 20 minutes", not_joined: true, lines: [] },
  },
  news: [
    ["backend", "kevin", "備份搬到新的機器上了，還原也試過一次。"],
    ["release", "hao", "公告的草稿寫好了，麻煩大家看一下。"],
  ],
  refused: "會議紀錄我今天整理好放上來。",
  waits: ["咖啡到了，在四樓茶水間", "拿鐵是有貼紙的那杯"],
  nowhere: "火鍋",
  sign_up: "雅婷",
  new_channel: ["使用者訪談", "每週兩位，紀錄與心得"],
  draft: "好，我帶筆電過去",
};

const EN: Story = {
  people: {
    me: { name: "ming", shown: "Ming Wang" },
    jun: { name: "amelia", shown: "Amelia Clarke" },
    kevin: { name: "kevin.lee", shown: "Kevin Lee" },
    hao: { name: "tomas", shown: "Tomás Herrera" },
    mei: { name: "美玲", shown: "黃美玲" },
    sophie: { name: "sophie", shown: "Sophie Lin" },
    na: { name: "nadia", shown: "Nadia Haddad" },
    sakura: { name: "sakura", shown: "さくら" },
  },
  channels: {
    hall: {
      name: "",
      topic: "",
      lines: [
        [2, "08:55", "me", "Hello all, this is where we talk from now on. Say hello here first."],
        [2, "08:58", "kevin", "Hi everyone 👋"],
        [2, "09:01", "mei", "早安, good morning. It looks so quiet here."],
        [1, "17:30", "hao", "Friday's talk is mine. It is about the space between letters."],
        [0, "08:47", "sophie", "The lift is being repaired today. See you at the top of the stairs."],
      ],
    },
    design: {
      name: "design",
      topic: "Interface, wording, icons, and the Thursday review",
      lines: [
        [2, "09:12", "jun", "Morning all. Everything about the interface goes here from now on, and so do the notes of the reviews."],
        [2, "09:14", "hao", true],
        [2, "09:14", "mei", true],
        [2, "09:15", "kevin", true],
        [2, "09:15", "sophie", true],
        [2, "09:16", "na", true],
        [2, "09:20", "hao", "Morning. I have a first drawing of the sidebar on a phone; it will be here this afternoon."],
        [2, "09:21", "hao", "Three things have changed:\n\n1. Rows are 44 high, easier for a thumb\n2. Unread is bold and has a dot, never colour alone\n3. A draft's pencil stands before the number"],
        [2, "09:34", "kevin", "Looks good. How many channels fit on one screen with rows of 44?"],
        [2, "09:36", "hao", "About 14. After that one scrolls."],
        [2, "11:02", "jun", "The wording is done, all of it is here: https://design.example.org/wording"],
        [2, "11:03", "jun", "> Buttons are verbs: Send, Join channel.\n> Short sentences, and no exclamation marks."],
        [2, "11:05", "mei", "👍"],
        [1, "10:08", "mei", "I tried JhengHei on Windows yesterday: a weight of 500 becomes Regular and 600 becomes Bold, so unread has to be **600**."],
        [1, "10:10", "kevin", "Good catch. `--weight-strong` is 600 now, and all other weights are gone."],
        [1, "10:12", "kevin", code.replace("同一個識別碼送兩次，還是同一則訊息。", "The same id sent twice is one message.")],
        [1, "10:13", "kevin", "This settles the resending, too: nothing appears twice."],
        [1, "10:20", "jun", "Great 🎉 It happened to me in a tunnel yesterday, and there was one message too many when I came out."],
        [1, "15:40", "na", "iPhone and Pixel are both fine here: Enter while choosing a character does not send."],
        [1, "15:41", "na", "倉頡, 速成 and Pinyin work as well. Handwriting is what I have not tried."],
        [1, "15:48", "hao", "I will try that one and tell you."],
        [0, "09:02", "jun", "The 14:30 review is in the small room on the fourth floor. The link stays: https://meet.example.org/design"],
        [0, "09:03", "jun", "What we have:\n\n- Contrast in the dark theme (美玲)\n- Drawings for empty pages (Nadia)\n- Going back with a swipe (Tomás)"],
        [0, "09:10", "sophie", "I will be five minutes late, the one before it runs over."],
        [0, "09:11", "me", "I am getting coffee. Tell me what you would like."],
        [0, "09:12", "mei", "A latte, little ice, 謝謝"],
        [0, "09:12", "kevin", "Americano please 🙏"],
        [0, "11:26", "mei", "All of the dark theme is measured: the lowest is 4.6, so every text passes AA."],
        [0, "11:27", "mei", "The one thing to change is the underline of links on `well`. It is a little pale, *but one can read it*."],
        [0, "11:31", "hao", "Then let us go with this one. The swipe is done as well: from the left 24 px it goes back to the list."],
        [0, "13:47", "na", "The drawings are here: https://design.example.org/art/empty – lines in ink, and a single stroke in vermilion."],
        [0, "13:52", "me", "Lovely. The top of the flag is the right place for that stroke."],
        [0, "13:55", "jun", "Agreed, that is settled. See you at the review."],
      ],
    },
    backend: { name: "backend", topic: "Servers, databases, deployment", lines: [[1, "16:20", "kevin", "The server is updated at ten tonight. It is gone for about 20 seconds; messages are sent by themselves afterwards."]] },
    frontend: { name: "frontend", topic: "Leptos, WASM, CSS", lines: [[0, "10:01", "kevin", "The WASM is 287 kB now, still within the budget."]] },
    lunch: { name: "lunch", topic: "Decide before half past eleven", lines: [[0, "11:20", "na", "The noodle place round the corner?"], [0, "11:21", "sophie", "Yes please, without soup for me"]] },
    release: { name: "release 2026.12", topic: "Dates, lists, announcements", lines: [[0, "09:30", "hao", "Four things left on the list, all of them this week."]] },
    quiet: { name: "book club", topic: "One a month, beginning with Designing Design", lines: [] },
    hiking: {
      name: "hiking",
      topic: "On weekends, for beginners too",
      not_joined: true,
      lines: [
        [1, "20:15", "hao", "Seven Star Mountain this Saturday. We meet at the station at half past seven."],
        [1, "20:18", "na", "They say it will be sunny in the morning. A light jacket will do."],
        [1, "20:40", "sophie", "I am driving and have two more seats."],
      ],
    },
    photo: { name: "photos", topic: "Film or digital", not_joined: true, lines: [[2, "21:00", "sakura", "What a sunset today."]] },
    chinese: { name: "中文練習", topic: "Every Wednesday, 20 minutes", not_joined: true, lines: [] },
  },
  news: [
    ["backend", "kevin", "The backup has moved to the new machine, and restoring from it works."],
    ["release", "hao", "The announcement is drafted. Please have a look."],
  ],
  refused: "I will write the notes up and put them here today.",
  waits: ["Coffee is here, in the kitchen on the fourth floor", "The latte is the one with the sticker"],
  nowhere: "hot pot",
  sign_up: "olivia",
  new_channel: ["interviews", "Two people a week, notes and thoughts"],
  draft: "Good, I will bring the laptop",
};

export const STORIES: Record<string, Story> = { zh: ZH, en: EN };
