// The actions of a message: with the pointer, with keys, with a finger.

import type { CDPSession } from "@playwright/test";
import { expect, test, type People } from "./fixtures.ts";
import { reader, scroll, watchPlaces } from "./long-channel.ts";
import { unique, type Looks, type Person } from "./people.ts";

const PHONE: Looks = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Creates a channel with these messages, and a user who has opened it. */
async function listener(people: People, texts: string[], looks: Looks = {}): Promise<{ ming: Person; path: string }> {
  const speaker = await people.program("kevin");
  const path = await speaker.createsChannel(unique("動作"));
  for (const said of texts) await speaker.says(path, said);
  const ming = await people.member("王小明", { locale: "zh-TW", ...looks });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await expect(ming.lines(texts.at(-1)!)).toBeInViewport();
  return { ming, path };
}

/** The text that pasting inserts into the composer. */
async function pasted(ming: Person): Promise<string> {
  await ming.composer.fill("");
  await ming.composer.press("Control+v");
  return ming.composer.inputValue();
}

const focusedText = (ming: Person) => ming.page.evaluate(() => document.activeElement?.querySelector(".body")?.textContent ?? document.activeElement?.className);

test("pointer on a message shows its actions", async ({ people }) => {
  const { ming, path } = await listener(people, ["第一則", "**第二**則\n- 條", "第三則"]);
  await ming.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const bar = ming.page.getByRole("toolbar");
  await expect(bar).toBeHidden();
  await ming.lines("第二").hover();
  await expect(bar).toBeVisible();
  const place = async (line: string) => (await bar.boundingBox())!.y - (await ming.lines(line).boundingBox())!.y;
  expect(await place("第二")).toBeCloseTo(-18, 0);
  await ming.button(ming.words.copyText).click();
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.textCopied })).toBeVisible();
  expect(await pasted(ming)).toBe("**第二**則\n- 條");
  await ming.lines("第三").hover();
  await expect.poll(() => place("第三")).toBeCloseTo(-18, 0);
  await ming.button(ming.words.copyLink).click();
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.linkCopied })).toBeVisible();
  const link = await pasted(ming);
  expect(link).toMatch(new RegExp(`^${ming.origin}${path}\\?at=\\d+$`));
  await ming.composer.fill("");
  await ming.page.mouse.move(5, 5);
  await expect(bar).toBeHidden();
  await ming.opens(link.slice(ming.origin.length));
  await expect(ming.page.locator(".msg.target")).toHaveCount(1);
});

test("copies without the clipboard API", async ({ people }) => {
  const { ming } = await listener(people, ["純 HTTP"]);
  await ming.context.grantPermissions(["clipboard-read"]);
  await ming.page.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
  await ming.reloads();
  await ming.lines("純 HTTP").hover();
  await ming.button(ming.words.copyText).click();
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.textCopied })).toBeVisible();
  expect(await pasted(ming)).toBe("純 HTTP");
  await expect(ming.page.locator("textarea")).toHaveCount(1);
});

test("keys move between messages, copy the link, and reach the actions", async ({ people }) => {
  const { ming, path } = await listener(people, ["甲", "乙", "丙"]);
  await ming.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { keyboard } = ming.page;
  await ming.timeline.focus();
  await keyboard.press("ArrowUp");
  await expect.poll(() => focusedText(ming)).toBe("丙");
  await keyboard.press("ArrowUp");
  await expect.poll(() => focusedText(ming)).toBe("乙");
  await keyboard.press("Home");
  await expect.poll(() => focusedText(ming)).toBe("甲");
  await keyboard.press("End");
  await expect.poll(() => focusedText(ming)).toBe("丙");
  await keyboard.press("Enter");
  await expect(ming.button(ming.words.copyText)).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(ming.button(ming.words.copyLink)).toBeFocused();
  await keyboard.press("Escape");
  await expect.poll(() => focusedText(ming)).toBe("丙");
  await keyboard.press("c");
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.linkCopied })).toBeVisible();
  expect(await pasted(ming)).toMatch(new RegExp(`${path}\\?at=\\d+$`));
});

test("typing and pasting after a click on a message goes to the composer", async ({ people }) => {
  const { ming } = await listener(people, ["第一則", "第二則"]);
  await ming.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ming.page.evaluate(() => navigator.clipboard.writeText("貼上"));
  const { keyboard } = ming.page;
  await ming.lines("第一").click();
  await expect(ming.composer).toBeFocused();
  await expect(ming.page.getByRole("toolbar")).toBeVisible();
  await keyboard.type("cool, 好");
  await expect(ming.composer).toHaveValue("cool, 好");
  // A selected text keeps the focus, so that it can be copied; what is typed next is still a message.
  await ming.lines("第二").dblclick();
  await expect(ming.composer).not.toBeFocused();
  await keyboard.type("c");
  await expect(ming.composer).toHaveValue("cool, 好c");
  await ming.lines("第二").dblclick();
  await keyboard.press("Control+v");
  await expect(ming.composer).toHaveValue("cool, 好c貼上");
  // A button that was pressed keeps the space bar, and nothing else.
  await ming.lines("第一").hover();
  await ming.lines("第二").hover();
  await ming.button(ming.words.copyText).click();
  await keyboard.type("d");
  await expect(ming.composer).toHaveValue("cool, 好c貼上d");
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.linkCopied })).toHaveCount(0);
});

test("focus survives rendering and reaches the ends of a long history", async ({ people }) => {
  const { ming } = await reader(people);
  await ming.says("還沒到");
  await expect(ming.lines("還沒到")).toHaveCount(1);
  await ming.timeline.focus();
  await ming.page.keyboard.press("End");
  await expect.poll(() => focusedText(ming)).toBe("還沒到");
  await expect(ming.said.last()).toHaveText("還沒到");
  expect(await focusedText(ming)).toBe("還沒到");
  const before = await ming.timeline.locator(".msg").count();
  await ming.page.keyboard.press("Home");
  await expect.poll(() => ming.timeline.locator(".msg").count()).toBeGreaterThan(before);
  // The message that was the first one, whatever was loaded above it.
  expect(await focusedText(ming)).toMatch(/^第 \d+ 則/);
  for (let more = 0; more < 3; more += 1) await ming.page.keyboard.press("ArrowUp");
  await expect(ming.page.locator(".msg:focus")).toBeInViewport();
  await ming.page.keyboard.press("End");
  await expect.poll(() => focusedText(ming)).toBe("還沒到");
  await expect(ming.lines("還沒到")).toBeInViewport();
});

test("message keeps the focus when it is acknowledged", async ({ people }) => {
  const { ming } = await listener(people, ["前面的"]);
  ming.watch.forgive(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  await ming.context.setOffline(true);
  await ming.says("離線時說的");
  await expect(ming.page.locator(".msg.pending")).toHaveCount(1);
  await ming.timeline.focus();
  await ming.page.keyboard.press("End");
  await expect.poll(() => focusedText(ming)).toBe("離線時說的");
  await ming.context.setOffline(false);
  await expect(ming.page.locator(".msg.pending")).toHaveCount(0, { timeout: 40_000 });
  expect(await focusedText(ming)).toBe("離線時說的");
});

/** A finger that comes down, moves, and is lifted. */
async function drags(devtools: CDPSession, from: [number, number], to: [number, number], rests = 0): Promise<void> {
  const at = ([x, y]: [number, number]) => [{ x, y }];
  await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(from) });
  if (rests) await new Promise((resolve) => setTimeout(resolve, rests));
  for (const share of [0.3, 0.6, 1]) {
    if (from[0] === to[0] && from[1] === to[1]) break;
    const point: [number, number] = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    await devtools.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(point) });
  }
  await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/**
 * A finger that comes down on a text, moves down by some pixels, rests, and is lifted, timed by the page's own clock: on a busy
 * machine a short rest would otherwise become a long one.
 */
async function rests(ming: Person, text: string, down: number, ms: number): Promise<void> {
  await ming.lines(text).locator(".body").evaluate(async (body, { down, ms }) => {
    const { x, y } = body.getBoundingClientRect();
    const tell = (type: string, y: number, isThere = true) => {
      const touch = new Touch({ identifier: 1, target: body, clientX: x + 20, clientY: y });
      const touches = isThere ? [touch] : [];
      body.dispatchEvent(new TouchEvent(type, { bubbles: true, composed: true, touches, changedTouches: [touch] }));
    };
    tell("touchstart", y + 12);
    if (down) tell("touchmove", y + 12 + down);
    await new Promise((resolve) => setTimeout(resolve, ms));
    tell("touchend", y + 12 + down, false);
  }, { down, ms });
}

test("on a phone a long press opens the actions, a short one does not", async ({ people }) => {
  const { ming } = await listener(people, ["長按我\n第二行", "別的"], PHONE);
  await ming.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const devtools = await ming.context.newCDPSession(ming.page);
  const { x, y } = (await ming.lines("長按我").locator(".body").boundingBox())!;
  const point: [number, number] = [x + 20, y + 12];
  await rests(ming, "長按我", 0, 150);
  // Nor does a finger that moves, even if it rests for long then.
  await rests(ming, "長按我", 60, 700);
  await ming.page.waitForTimeout(700);
  await expect(ming.dialog).toHaveCount(0);
  await drags(devtools, point, point, 700);
  await expect(ming.dialog).toBeVisible();
  await ming.page.waitForTimeout(400);
  await expect(ming.dialog).toContainText("長按我");
  const selected = await ming.page.evaluate(() => {
    getSelection()!.selectAllChildren(document.querySelector("#message-sheet-text")!);
    return getSelection()!.toString();
  });
  expect(selected).toBe("長按我\n第二行");
  for (const act of await ming.dialog.getByRole("button").all()) expect((await act.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await ming.dialog.getByRole("button", { name: ming.words.copyText }).tap();
  await expect(ming.dialog).toHaveCount(0);
  await expect(ming.page.getByRole("status").filter({ hasText: ming.words.textCopied })).toBeVisible();
  expect(await ming.page.evaluate(() => navigator.clipboard.readText())).toBe("長按我\n第二行");
});

test("on a phone a swipe from the left edge goes back", async ({ people }) => {
  const { ming, path } = await listener(people, ["滑一下"], PHONE);
  const devtools = await ming.context.newCDPSession(ming.page);
  await drags(devtools, [200, 400], [380, 410]);
  await drags(devtools, [10, 400], [90, 600]);
  await expect(ming.composer).toBeInViewport();
  expect(new URL(ming.page.url()).pathname).toBe(path);
  await drags(devtools, [10, 400], [200, 410]);
  await expect(ming.page).toHaveURL(`${ming.origin}/`);
  await expect(ming.sidebar).toBeInViewport();
});

test("shows the day while scrolling, and hides it a second later", async ({ people }) => {
  const { ming } = await reader(people);
  const chip = ming.page.locator(".day-chip");
  await expect(chip).toHaveCSS("opacity", "0");
  await scroll(ming, -1.5);
  await expect(chip).toHaveText(/^今天 · /);
  // The day is opaque for less than a second, which a busy machine may miss: the user scrolls on.
  const isShown = () =>
    expect(async () => {
      await ming.timeline.evaluate((pane) => pane.dispatchEvent(new Event("scroll")));
      await expect(chip).toHaveCSS("opacity", "1", { timeout: 400 });
    }).toPass({ intervals: [20], timeout: 15_000 });
  await isShown();
  await expect(chip).toHaveCSS("opacity", "0", { timeout: 3_000 });
  const moved = await watchPlaces(ming);
  await isShown();
  expect(await moved()).toBeLessThanOrEqual(1);
});
