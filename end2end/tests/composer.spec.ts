// The composer: which keys send, and what happens to the text.

import { expect, test, type People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";

/** A user in a new channel, and what their page has sent. */
async function writer(people: People): Promise<{ ming: Person; path: string; sent: string[] }> {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const sent: string[] = [];
  ming.page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const frame = JSON.parse(payload.toString());
      if (frame.type === "send") sent.push(frame.body);
    }),
  );
  const path = await ming.createsChannel(unique("寫字"));
  await ming.isAlive();
  return { ming, path, sent };
}

test("Enter sends, Shift Enter breaks the line, blank text is not sent", async ({ people }) => {
  const { ming, sent } = await writer(people);
  await ming.composer.press("Enter");
  await ming.composer.fill("  \n ");
  await ming.composer.press("Enter");
  await ming.composer.fill("一");
  await ming.composer.press("Shift+Enter");
  await ming.page.keyboard.type("二");
  await expect(ming.composer).toHaveValue("一\n二");
  await ming.composer.press("Enter");
  await ming.sees("一");
  await expect(ming.lines("一").locator(".body")).toHaveText("一\n二", { useInnerText: true });
  await ming.composer.fill("按鈕");
  await ming.button(ming.words.send).click();
  await ming.composer.fill("Ctrl");
  await ming.composer.press("Control+Enter");
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["一\n二", "按鈕", "Ctrl"]);
  expect(sent).toEqual(["一\n二", "按鈕", "Ctrl"]);
});

test("composer keeps the focus after the send button", async ({ people }) => {
  const { ming } = await writer(people);
  await ming.composer.fill("按鈕");
  await ming.button(ming.words.send).click();
  await ming.sees("按鈕");
  await expect(ming.composer).toBeFocused();
});

type Step = "start" | "end" | { keyCode: number; isComposing: boolean; key: string };
const taken = { keyCode: 229, isComposing: true, key: "Enter" };
const ORDERS: Record<string, Step[]> = {
  "Chromium and Firefox: the key, then the end": ["start", taken, "end"],
  "with the plain key code, too": ["start", { ...taken, keyCode: 13 }, "end"],
  "Safari: the end, then the key": ["start", "end", { ...taken, isComposing: false }],
  "Safari, before the next task": ["start", "end", { ...taken, keyCode: 13, isComposing: false }],
  "Android: no name for the key": ["start", { ...taken, key: "Unidentified" }, { ...taken, isComposing: false }, "end"],
  "several words in one session": ["start", taken, "end", "start", taken, "end", "start", "end", { ...taken, isComposing: false }],
};

test("Enter of the input method never sends, in any order of events", async ({ people }) => {
  const { ming, sent } = await writer(people);
  for (const [order, steps] of Object.entries(ORDERS)) {
    await ming.composer.fill(order);
    const stopped = await ming.composer.evaluate((field, steps) => {
      const send = (event: Event) => field.dispatchEvent(event);
      return steps.filter((step) => {
        if (step === "start") return !send(new CompositionEvent("compositionstart", { bubbles: true }));
        if (step === "end") return !send(new CompositionEvent("compositionend", { bubbles: true, data: "注音" }));
        return !send(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...step }));
      }).length;
    }, steps);
    expect(stopped, `keys taken from the input method (${order})`).toBe(0);
    await expect(ming.composer).toHaveValue(order);
    await ming.composer.press("Enter");
    await ming.sees(order);
    await expect(ming.composer).toHaveValue("");
  }
  expect(sent).toEqual(Object.keys(ORDERS));
});

test("sends a committed composition whole", async ({ people }) => {
  const { ming, sent } = await writer(people);
  const browser = await ming.context.newCDPSession(ming.page);
  await ming.composer.focus();
  await browser.send("Input.imeSetComposition", { text: "ㄋㄧˇ", selectionStart: 3, selectionEnd: 3 });
  await browser.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
  await browser.send("Input.imeSetComposition", { text: "你好", selectionStart: 2, selectionEnd: 2 });
  await browser.send("Input.insertText", { text: "你好" });
  await expect(ming.composer).toHaveValue("你好");
  await ming.page.waitForTimeout(60); // no user presses the next key sooner
  await ming.page.keyboard.press("Enter");
  await ming.sees("你好");
  expect(sent).toEqual(["你好"]);
});

test("draft survives a reload and a change of the channel", async ({ people }) => {
  const { ming, path } = await writer(people);
  const other = await ming.createsChannel(unique("別處"));
  await ming.isAlive();
  await ming.composer.fill("寫到一半");
  await ming.reloads();
  await expect(ming.composer).toHaveValue("寫到一半");
  await ming.sidebar.locator(`a[href="${path}"]`).click();
  await expect(ming.page).toHaveURL(`${ming.origin}${path}`);
  await expect(ming.composer).toHaveValue("");
  await ming.composer.fill("這裡的");
  await ming.sidebar.locator(`a[href="${other}"]`).click();
  await expect(ming.composer).toHaveValue("寫到一半");
  await ming.composer.press("Enter");
  await ming.sees("寫到一半");
  await ming.reloads();
  await expect(ming.composer).toHaveValue("");
  await ming.opens(path);
  await expect(ming.composer).toHaveValue("這裡的");
});

test("text over the limit stays in the composer with an error", async ({ people }) => {
  const { ming, sent } = await writer(people);
  await ming.composer.fill("字".repeat(8_001));
  await ming.composer.press("Enter");
  await expect(ming.page.getByRole("alert")).toHaveText(ming.words.tooManyChars);
  await expect(ming.composer).toHaveValue("字".repeat(8_001));
  await ming.composer.fill("字".repeat(8_000));
  await ming.composer.press("Enter");
  await expect(ming.page.getByRole("alert")).toHaveCount(0);
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["字".repeat(8_000)]);
  expect(sent).toHaveLength(1);
});
