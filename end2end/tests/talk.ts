// Long realistic conversations: mostly a line or two, sometimes a link, a list, a quote or code.

import type { Program } from "./program.ts";

/** Messages that are posted at the same time; their order may change. */
const AT_ONCE = 8;
/** Consecutive messages of one author. */
const IN_A_ROW = 3;

const TEXTS = [
  "好，那就這樣。",
  "我這邊試過了，注音選字的時候按 Enter 不會誤送，手機上也正常。",
  "Looks good to me.",
  "會議改到四樓的小會議室，連結不變：https://meet.example.org/design",
  "👍",
  "昨天那個問題找到了，是快取沒有清掉；重新整理一次就好，之後不會再發生。 The fix is in the next release, and there is nothing to do for anybody.",
  "主要改了三個地方：\n\n- 列高\n- 未讀\n- 草稿",
  "收到",
  "> 按鈕是動詞。\n\n同意",
  "把 `--weight-strong` 改成 **600**。",
  "晚點回報",
  "```rust\nfn main() {\n    println!(\"好\");\n}\n```",
];

export const text = (number: number) => `第 ${number} 則 ${TEXTS[number % TEXTS.length]}`;

export class Talk {
  private constructor(
    readonly path: string,
    readonly speakers: Program[],
  ) {}

  /** Creates a channel with this many messages, of enough authors that none exceeds the rate limit. */
  static async of(person: (name: string) => Promise<Program>, name: string, count: number): Promise<Talk> {
    const speakers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => person(`speaker${index}`)));
    const path = await speakers[0].createsChannel(name);
    await Promise.all(speakers.map((speaker) => speaker.joins(path)));
    const talk = new Talk(path, speakers);
    await talk.goesOn(1, count);
    return talk;
  }

  /** The first message is posted alone, so that it is the first one. */
  private async goesOn(from: number, to: number): Promise<void> {
    await this.says(from);
    for (let number = from + 1; number <= to; number += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, to - number + 1) }, (_, index) => number + index);
      await Promise.all(some.map((number) => this.says(number)));
    }
  }
  private says(number: number): Promise<void> {
    return this.speakers[Math.floor(number / IN_A_ROW) % this.speakers.length].says(this.path, text(number));
  }
}
