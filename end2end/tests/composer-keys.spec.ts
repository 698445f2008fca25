// Keys, pasting and emoji in the composer.

import { expect, test, type People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";

async function writer(people: People, locale = "zh-TW"): Promise<Person> {
  const ming = await people.member("王小明", { locale });
  await ming.createsChannel(unique("寫字"));
  await ming.isAlive();
  await ming.composer.focus();
  return ming;
}

/** The text of the composer, with `‹` and `›` around the selection. */
const marked = (ming: Person) =>
  ming.composer.evaluate((field: HTMLTextAreaElement) => {
    const { value, selectionStart: from, selectionEnd: to } = field;
    return `${value.slice(0, from)}‹${value.slice(from, to)}›${value.slice(to)}`;
  });

const select = (ming: Person, from: number, to: number) =>
  ming.composer.evaluate((field: HTMLTextAreaElement, [from, to]) => field.setSelectionRange(from, to), [from, to]);

/** Pastes a text like the browser. */
async function pastes(ming: Person, text: string): Promise<void> {
  await ming.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ming.page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await ming.page.keyboard.press("Control+v");
}

test("Ctrl B, I, E toggle marks around the selection and can be undone", async ({ people }) => {
  const ming = await writer(people);
  for (const [key, sign] of [["b", "**"], ["i", "*"], ["e", "`"]]) {
    await ming.composer.fill("很👍重要的");
    await select(ming, 3, 5);
    await ming.page.keyboard.press(`Control+${key}`);
    expect(await marked(ming)).toBe(`很👍${sign}‹重要›${sign}的`);
    await ming.page.keyboard.press(`Control+${key}`);
    expect(await marked(ming)).toBe("很👍‹重要›的");
    await ming.page.keyboard.press(`Control+${key}`);
    await ming.page.keyboard.press("Control+z");
    await expect(ming.composer).toHaveValue("很👍重要的");
  }
  await ming.composer.fill("");
  await ming.page.keyboard.press("Control+b");
  await ming.page.keyboard.type("粗");
  expect(await marked(ming)).toBe("**粗‹›**");
  await ming.page.keyboard.press("Enter");
  await expect(ming.said.locator("strong")).toHaveText("粗");
});

test("pasting an address over a text makes it a link", async ({ people }) => {
  const ming = await writer(people);
  await ming.composer.fill("看文件吧");
  await select(ming, 1, 3);
  await pastes(ming, "https://example.org/a");
  await expect(ming.composer).toHaveValue("看[文件](https://example.org/a)吧");
  await ming.page.keyboard.press("Control+z");
  await expect(ming.composer).toHaveValue("看文件吧");
  await select(ming, 1, 3);
  await pastes(ming, "javascript:alert(1)");
  await expect(ming.composer).toHaveValue("看javascript:alert(1)吧");
  await ming.composer.fill("");
  await pastes(ming, "https://example.org/a");
  await expect(ming.composer).toHaveValue("https://example.org/a");
});

test("Enter breaks the line in open code and sends after it", async ({ people }) => {
  const ming = await writer(people);
  for (const line of ["```js", "let x;", "```"]) {
    await ming.page.keyboard.type(line);
    if (line !== "```") await ming.page.keyboard.press("Enter");
  }
  await expect(ming.composer).toHaveValue("```js\nlet x;\n```");
  await ming.page.keyboard.press("Enter");
  await expect(ming.said.locator("pre")).toHaveText("let x;");
  await ming.page.keyboard.type("```\nx");
  await ming.page.keyboard.press("Control+Enter");
  await expect(ming.said).toHaveCount(2);
});

test("a setting swaps Enter and Ctrl Enter, and the hint follows", async ({ people }) => {
  const ming = await writer(people);
  const hint = ming.page.locator(".composer .hint");
  const here = ming.page.url();
  await expect(hint).not.toBeVisible();
  await ming.composer.fill(" ");
  await expect(hint, "blanks are nothing to send").not.toBeVisible();
  await ming.composer.fill("字");
  await expect(hint).toBeVisible();
  await expect(hint).toHaveText(ming.words.sendHint);
  await ming.composer.fill("");
  await ming.opens("/settings");
  const choice = ming.page.locator("#composing").getByRole("button", { name: ming.words.enterBreaks });
  await choice.click();
  await expect(choice).toHaveAttribute("aria-pressed", "true");
  await ming.opens(new URL(here).pathname);
  await ming.page.keyboard.type("一");
  await ming.page.keyboard.press("Enter");
  await ming.page.keyboard.type("二");
  await expect(hint).toHaveText(ming.words.sendHintCtrl);
  await expect(ming.composer).toHaveValue("一\n二");
  await ming.page.keyboard.press("Control+Enter");
  await expect(ming.said).toHaveText(["一\n二"], { useInnerText: true });
});

test("counts characters near the limit and asks to shorten above it", async ({ people }) => {
  const ming = await writer(people);
  const count = ming.page.locator(".composer .count");
  const send = ming.button(ming.words.send);
  const fill = () => send.evaluate((button) => getComputedStyle(button).backgroundColor);
  const nothing = await fill();
  await ming.composer.fill("字".repeat(7_499) + "\n ");
  await expect(count).toBeHidden();
  await expect.poll(fill).not.toBe(nothing);
  await ming.composer.fill("👍".repeat(7_500));
  await expect(count).toHaveText("7,500 / 8,000");
  await ming.composer.fill("字".repeat(8_012));
  await expect(count).toHaveText(ming.words.over(12));
  await expect.poll(fill).toBe(nothing);
  await ming.page.keyboard.press("Enter");
  await expect(ming.composer).toHaveValue("字".repeat(8_012));
  await ming.composer.fill("字");
  await expect(count).toBeHidden();
  await ming.page.keyboard.press("Enter");
  await ming.sees("字");
  await ming.composer.fill("  \n");
  await expect.poll(fill, "blank text is nothing to send").toBe(nothing);
});

test("suggests emoji after a colon; Tab, or Enter after an arrow, inserts", async ({ people }) => {
  const ming = await writer(people);
  const list = ming.page.getByRole("listbox", { name: ming.words.emoji });
  for (const asked of [":sm", "好:sm", "注意：sm", "一 :sm", "，：sm"]) {
    await ming.composer.fill("");
    await ming.page.keyboard.type(asked);
    await expect(list.getByRole("option").first(), asked).toHaveText("😄笑臉");
  }
  await ming.page.keyboard.press("Tab");
  await expect(ming.composer).toHaveValue("，😄");
  await ming.page.keyboard.press("Control+z");
  await expect(ming.composer).toHaveValue("，：sm");
  for (const plain of ["10:30", "a:sm", "1:sm", "http://sm", ":D", ":s", "好:笑"]) {
    await ming.composer.fill("");
    await ming.page.keyboard.type(plain);
    await expect(list, plain).toHaveCount(0);
  }
  // Enter sends the typed text; after an arrow it inserts the chosen emoji.
  await ming.composer.fill("");
  await ming.page.keyboard.type("注意：ok");
  await expect(list).toBeVisible();
  await ming.page.keyboard.press("Enter");
  await expect(ming.said).toHaveText(["注意：ok"]);
  await expect(list).toHaveCount(0);
  await ming.page.keyboard.type(":sm");
  await expect(list).toBeVisible();
  await ming.page.keyboard.press("ArrowDown");
  await ming.page.keyboard.press("Enter");
  await expect(ming.composer).toHaveValue("😏");
  // Esc closes the list for this word, and marks nothing as read.
  await ming.page.keyboard.type(" :sm");
  await expect(list).toBeVisible();
  await ming.page.keyboard.press("Escape");
  await ming.page.keyboard.type("i");
  await expect(list).toHaveCount(0);
  await ming.page.keyboard.type(" :sm");
  await expect(list).toBeVisible();
});

test("picker searches in both languages and inserts at the caret", async ({ people }) => {
  const ming = await writer(people);
  const picker = ming.page.getByRole("dialog", { name: ming.words.emoji });
  await ming.composer.fill("前後");
  await select(ming, 1, 1);
  await ming.button(ming.words.emoji).click();
  await expect(picker.getByRole("searchbox")).toBeFocused();
  for (const word of ["火鍋", "hotp"]) {
    await picker.getByRole("searchbox").fill(word);
    await expect(picker.getByRole("button")).toHaveText(["🍲"]);
  }
  await ming.page.keyboard.press("Enter");
  await expect(picker).toBeHidden();
  expect(await marked(ming)).toBe("前🍲‹›後");
  await ming.button(ming.words.emoji).click();
  await expect(picker.getByRole("heading").first()).toHaveText(ming.words.recentEmoji);
  await expect(picker.getByRole("button").first()).toHaveText("🍲");
  await picker.getByRole("searchbox").fill("沒有這種東西");
  await expect(picker).toContainText(ming.words.noEmoji);
  await ming.button(ming.words.emoji).click();
  await expect(picker).toBeHidden();
  // Even if the key follows the click at once.
  const isThere = await ming.button(ming.words.emoji).evaluate((button) => (button.click(), document.activeElement?.matches("[type=search]")));
  expect(isThere, "the picker has the focus at once").toBe(true);
  await ming.page.keyboard.press("Escape");
  await expect(picker).toBeHidden();
  await expect(ming.composer).toBeFocused();
  // Another channel has a button of its own.
  await ming.createsChannel(unique("別處"));
  await ming.isAlive();
  await ming.button(ming.words.emoji).click();
  await picker.getByRole("button", { name: "讚" }).click();
  await expect(ming.composer).toHaveValue("👍");
});
