// Long texts and code, and the copying of messages.

import type { Page } from "@playwright/test";
import { expect, test, type People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `第 ${at + 1} 行`).join("\n");

async function room(people: People): Promise<{ reader: Person; speaker: Program; path: string }> {
  const speaker = await people.program("speaker");
  const path = await speaker.createsChannel(unique("long"));
  const reader = await people.member("reader", { locale: "zh-TW" });
  await reader.submits("join", { channel: path.slice(3) });
  await reader.opens(path);
  return { reader, speaker, path };
}

/** The position of a line in the window, and the height of its message. */
const height = (reader: Person, text: string) => reader.lines(text).evaluate((line) => line.getBoundingClientRect().height);

test("folds more than 25 lines, except the newest own message", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  const more = reader.button(reader.words.more);
  await speaker.says(path, `${numbered(25)}`);
  await reader.sees("第 25 行");
  await expect(more).toHaveCount(0);
  await speaker.says(path, `長的\n${numbered(40)}`);
  await expect(more).toHaveCount(1);
  expect(await height(reader, "長的")).toBeLessThan(30 * 24);

  // The user's own newest message is shown whole, and stays so after the next one.
  await reader.says(`我的\n${numbered(40)}`);
  await expect(reader.timeline.locator(".msg.pending")).toHaveCount(0);
  await expect(more).toHaveCount(1);
  await reader.says("再一句");
  await reader.sees("再一句");
  await speaker.says(path, "好");
  await reader.sees("好");
  await expect(more, "nothing folds under the reader's eyes").toHaveCount(1);
  expect(await height(reader, "我的")).toBeGreaterThan(40 * 24);
  await reader.reloads();
  await expect(more, "it is not the newest any more").toHaveCount(2);
});

test("unfolding moves nothing above the rest", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  for (const text of ["前面", `長的\n${numbered(40)}`, "後面"]) await speaker.says(path, text);
  await reader.sees("後面");
  const more = reader.button(reader.words.more);
  await more.scrollIntoViewIfNeeded();
  const top = () => reader.lines("長的").evaluate((line) => line.getBoundingClientRect().top);
  const before = await top();
  await more.click();
  await expect(more).toHaveCount(0);
  await expect.poll(() => height(reader, "長的")).toBeGreaterThan(40 * 24);
  await reader.page.waitForTimeout(200);
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
});

test("language does not cover a long first line of code", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  await speaker.says(path, "```rust\n" + "x".repeat(300) + "\n```");
  const code = reader.timeline.locator(".code");
  const [label, pre] = [await code.locator(".lang").boundingBox(), await code.locator("pre").boundingBox()];
  expect(pre!.x + pre!.width).toBeLessThanOrEqual(label!.x);
  expect(label!.x + label!.width).toBeLessThanOrEqual((await code.boundingBox())!.x + (await code.boundingBox())!.width);
});

test("aligns numbered and bulleted lists", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  await speaker.says(path, "- 點\n\n1. 數字");
  const begins = await reader.timeline.locator(".body li").evaluateAll((items) =>
    items.map((item) => {
      const range = document.createRange();
      range.selectNodeContents(item);
      return range.getBoundingClientRect().left;
    }),
  );
  expect(begins).toHaveLength(2);
  expect(begins[0]).toBe(begins[1]);
});

test("copies a whole message as typed, a part as shown", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  await reader.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const copies = async (text: string, inner: string) => {
    await reader.lines(text).locator(inner).first().evaluate((element) => getSelection()!.selectAllChildren(element));
    await reader.page.keyboard.press("Control+c");
    return reader.page.evaluate(() => navigator.clipboard.readText());
  };
  const typed = "**粗的**和`code`\n- 一\n- 二\n```rust\nfn main() {}\n```";
  await speaker.says(path, typed);
  await reader.sees("粗的");
  expect(await copies("粗的", ".body")).toBe(typed);
  expect(await copies("粗的", "strong")).toBe("粗的");
  await speaker.says(path, "一行 **粗體**");
  await reader.sees("一行");
  await reader.lines("一行").locator("p").click({ clickCount: 3 });
  await reader.page.keyboard.press("Control+c");
  expect(await reader.page.evaluate(() => navigator.clipboard.readText())).toBe("一行 **粗體**");
});

test("highlights code on the screen without changing its text", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  const asked: string[] = [];
  reader.page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1)!));
  const coloured = () =>
    reader.page.evaluate(() =>
      Object.fromEntries(["code-note", "code-string", "code-word"].map((kind) => [kind, [...((CSS as any).highlights.get(kind) ?? [])].map(String)])),
    );
  await speaker.says(path, "```nothing-known\nlet x = 1;\n```");
  await reader.sees("let x");
  expect(asked).not.toContain("highlight.js");
  await speaker.says(path, '```rust\n// 註解 <b>\nlet body = "字 & <i>"; return true;\n```');
  await reader.sees("註解");
  await expect.poll(coloured).toEqual({ "code-note": ["// 註解 <b>"], "code-string": ['"字 & <i>"'], "code-word": ["let", "return", "true"] });
  expect(asked.filter((name) => name === "highlight.js")).toHaveLength(1);
  const code = reader.lines("註解").locator("code");
  expect(await code.evaluate((code) => [code.childElementCount, code.textContent])).toEqual([0, '// 註解 <b>\nlet body = "字 & <i>"; return true;']);
  // Code that is not on the screen has no colours.
  await reader.sidebar.getByTitle(reader.words.hall).click();
  await expect.poll(coloured).toEqual({ "code-note": [], "code-string": [], "code-word": [] });
});

/** Longest pause of the page, in milliseconds, between two turns of a timer. */
async function pauses(page: Page): Promise<() => Promise<number>> {
  const longest = await page.evaluateHandle(() => {
    const longest = { ms: 0 };
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      longest.ms = Math.max(longest.ms, now - last);
      last = now;
    }, 10);
    return longest;
  });
  return async () => (await longest.jsonValue()).ms;
}

/** What is coloured on the screen. */
const colours = (page: Page) =>
  page.evaluate(() => ["code-note", "code-string", "code-word"].flatMap((kind) => [...((CSS as any).highlights.get(kind) ?? [])].map(String)));

test("code that is slow to colour does not stop the page", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  const longest = await pauses(reader.page);
  // Seconds of work each for highlight.js: on the page's own thread nothing could be clicked meanwhile.
  for (const language of ["md", "java"]) await speaker.says(path, "```" + language + "\n" + { md: "[](", java: "a$_" }[language]!.repeat(2_600) + "\n```");
  await speaker.says(path, "```rust\n// 最後的\n```");
  await reader.sees("最後的");
  await expect.poll(() => colours(reader.page)).toEqual(["// 最後的"]);
  // Something to do while they are on the screen, which needs the page.
  await reader.says("還能說話");
  await reader.sees("還能說話");
  expect(await longest()).toBeLessThan(2_000);
});

test("ends a block that takes too long and colours the next", async ({ people }) => {
  const { reader, speaker, path } = await room(people);
  const scripts: string[] = [];
  // Instead of a grammar that is slow on this machine: one that never ends.
  await reader.context.route(/\/highlight\.js$/, (route) => {
    scripts.push(route.request().url());
    const highlight = `(text) => { while (text.includes("endless")); return { value: '<span class="hljs-keyword">' + text + "</span>" }; }`;
    const body = `export default { getLanguage: () => true, unregisterLanguage() {}, highlight: ${highlight} };`;
    return route.fulfill({ contentType: "text/javascript", body });
  });
  for (const text of ["endless", "short", "x".repeat(4_001), "last"]) await speaker.says(path, "```rust\n" + text + "\n```");
  await reader.sees("last");
  await expect.poll(async () => (await colours(reader.page)).sort()).toEqual(["last", "short"]);
  expect(scripts, "the first worker was ended").toHaveLength(2);
  // What was found is remembered, and what took too long is not tried again.
  await reader.sidebar.getByTitle(reader.words.hall).click();
  await expect.poll(() => colours(reader.page)).toEqual([]);
  await reader.page.goBack();
  await expect.poll(async () => (await colours(reader.page)).sort()).toEqual(["last", "short"]);
  expect(scripts).toHaveLength(2);
});
