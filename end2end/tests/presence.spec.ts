// Presence and typing.

import { expect, test } from "./fixtures.ts";
import { SOON, unique, type Person } from "./people.ts";
import { GONE } from "./watch.ts";

/** Two users in a new channel. */
async function together(ming: Person, kevin: Person, query = ""): Promise<void> {
  const path = await ming.createsChannel(unique("一起"));
  await kevin.submits("join", { channel: path.slice(3) });
  await ming.opens(path + query);
  await kevin.opens(path);
}

/** Hides or shows the page, like a window over it. */
async function hides(person: Person, hidden: boolean): Promise<void> {
  await person.page.evaluate((hidden) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, value: hidden ? "hidden" : "visible" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

test("shows typing until the message arrives", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin");
  await together(ming, kevin);
  const line = (person: Person) => person.page.locator(".typing");
  const before = await ming.composer.boundingBox();
  await kevin.composer.pressSequentially("hel");
  await expect(line(ming)).toHaveText(ming.words.writing(kevin.name), { timeout: SOON });
  expect(await ming.composer.boundingBox(), "nothing jumps").toEqual(before);
  await expect(line(kevin)).toBeEmpty();
  await kevin.composer.press("Enter");
  await ming.sees("hel");
  await expect(line(ming)).toBeEmpty({ timeout: 1_000 });

  // It also ends by itself, without a message.
  await ming.composer.pressSequentially("嗯");
  await expect(line(kevin)).toHaveText(kevin.words.writing(ming.name), { timeout: SOON });
  await expect(line(kevin)).toBeEmpty({ timeout: 8_000 });
});

test("names two of three who are typing and counts the third", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const path = await ming.createsChannel(unique("大家"));
  const line = ming.page.locator(".typing");
  const writers = await Promise.all(["Kevin", "怡君", "Amy"].map((name) => people.program(name)));
  for (const writer of writers) await writer.joins(path);
  await ming.isAlive();
  const offers = writers.map((writer) => writer.protocols);
  await ming.page.evaluate(([offers, channel]) => {
    for (const offer of offers) {
      const socket = new WebSocket("/ws", offer);
      socket.onopen = () => socket.send(JSON.stringify({ type: "resume", since: {} }));
      // The first frame is the welcome.
      socket.onmessage = () => socket.send(JSON.stringify({ type: "typing", channel }));
    }
  }, [offers, path.slice(3)] as const);
  await expect(line).toHaveText(/^(.+)、(.+) 等 3 人正在輸入…$/);
});

test("a loaded draft and an emptied composer report no typing", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin");
  await together(ming, kevin);
  await kevin.composer.fill("later");
  await expect(ming.page.locator(".typing")).not.toBeEmpty({ timeout: SOON });
  const frames: string[] = [];
  kevin.page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => frames.push(String(payload))));
  await kevin.reloads();
  await expect(kevin.composer).toHaveValue("later");
  await kevin.composer.fill("");
  await kevin.says("now");
  await ming.sees("now");
  expect(frames.filter((frame) => frame.includes('"typing"'))).toHaveLength(1); // of "now"
});

test("members list shows presence and filters by name", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin");
  const gone = await people.member("Zoe");
  await together(ming, kevin, "?panel=members");
  await gone.submits("join", { channel: new URL(ming.page.url()).pathname.slice(3) });
  const list = ming.page.getByRole("complementary", { name: ming.words.members });
  const row = (person: Person) => list.locator(".member", { has: ming.page.getByText(person.name, { exact: true }) });
  await expect(list.getByRole("heading", { level: 3 })).toHaveText([`${ming.words.online} · 2`, `${ming.words.absent} · 1`], { timeout: SOON });
  await expect(row(kevin).locator(".presence.on")).toBeVisible();
  await expect(row(gone)).toContainText(ming.words.absent);

  await hides(kevin, true);
  await expect(row(kevin)).toContainText(ming.words.away, { timeout: SOON });
  await expect(row(kevin).locator(".presence.away")).toBeVisible();
  await expect(kevin.sidebar.locator(".me")).toContainText(kevin.words.away);
  await hides(kevin, false);
  await expect(row(kevin)).toContainText(ming.words.online, { timeout: SOON });

  await list.getByRole("searchbox").fill("kev");
  await expect(list.locator(".member b")).toHaveText([kevin.name]);
  await expect(list.getByRole("heading", { level: 3 })).toHaveText([`${ming.words.online} · 1`]);
});

test("is away after five minutes without input, until the next key", async ({ people }) => {
  const kevin = await people.member("Kevin");
  await kevin.page.clock.install();
  // Minutes that pass in a moment would end a link that is still being opened.
  const linked = kevin.page.waitForEvent("websocket").then((socket) => socket.waitForEvent("framereceived"));
  // Heartbeats of the page that are not answered yet.
  let unanswered = 0;
  kevin.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (String(payload).includes('"heartbeat"')) unanswered += 1;
    });
    socket.on("framereceived", () => {
      unanswered = 0;
    });
  });
  await kevin.opens("/");
  await linked;
  const own = kevin.sidebar.locator(".me");
  await expect(own).toContainText(kevin.words.online);
  await expect(own.locator(".presence.on")).toBeVisible();
  // In steps shorter than the time that an answer may take, and none before it has come: the page would take the server for
  // dead.
  for (let piece = 0; piece < 76; piece += 1) {
    await kevin.page.clock.runFor(4_000);
    await expect.poll(() => unanswered, { intervals: [20] }).toBe(0);
  }
  await expect(own).toContainText(kevin.words.away);
  await kevin.page.keyboard.press("Shift");
  await expect(own).toContainText(kevin.words.online);
});

test("is offline without a link", async ({ people, ownServer }) => {
  const kevin = await people.member("Kevin", { origin: ownServer.origin });
  kevin.watch.forgive(GONE);
  await kevin.opens("/");
  const own = kevin.sidebar.locator(".me");
  await expect(own).toContainText(kevin.words.online);
  await ownServer.stop();
  await expect(own).toContainText(kevin.words.absent, { timeout: SOON });
  await ownServer.startAgain();
  await expect(own).toContainText(kevin.words.online, { timeout: 2 * SOON });
});
