// The banner with the status of the link.

import { expect, test, type People } from "./fixtures.ts";
import { unique, type Looks, type Person } from "./people.ts";
import { Wire } from "./wire.ts";

const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|status( of)? 503|WebSocket/;

async function wired(people: People, looks: Looks = {}): Promise<{ ming: Person; wire: Wire; path: string; id: string }> {
  const ming = await people.member("王小明", { locale: "zh-TW", ...looks });
  const wire = await Wire.of(ming.context);
  const path = await ming.createsChannel(unique("連線"));
  await ming.isAlive();
  await ming.says("第一句");
  await expect(ming.said).toHaveText(["第一句"]);
  ming.watch.forgive(OFFLINE);
  return { ming, wire, path, id: path.slice(3) };
}

/** Records every text of the banner from now on, and the number of messages at that time. */
async function lines(person: Person): Promise<() => Promise<[string, number][]>> {
  const said = await person.page.evaluateHandle(() => {
    const said: [string, number][] = [];
    const look = () => {
      const text = document.querySelector(".banner span:not(.vh)")?.textContent ?? "";
      if (text !== said.at(-1)?.[0]) said.push([text, document.querySelectorAll(".msg").length]);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    return said;
  });
  return () => said.evaluate((said) => said.filter(([text]) => text));
}

test("does not show a short disconnect", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const wire = await Wire.of(ming.context);
  const reader = await people.program("kevin");
  await ming.page.clock.install();
  const path = await ming.createsChannel(unique("短暫"));
  await ming.isAlive();
  await ming.says("第一句");
  await expect(ming.said).toHaveText(["第一句"]);
  await reader.joins(path);
  ming.watch.forgive(OFFLINE);
  const said = await lines(ming);
  // The page's clock moves on by the longest wait before the first attempt, however long the machine takes.
  await ming.page.clock.pauseAt(Date.now() + 1_000);
  await wire.cut();
  await reader.says(path, "在那之間");
  await ming.page.clock.runFor(1_000);
  await expect(ming.said).toHaveText(["第一句", "在那之間"]);
  expect(await said()).toEqual([]);
});

test("shows an offline device, and its return", async ({ people }) => {
  const { ming, wire, path } = await wired(people);
  const reader = await people.program("kevin");
  await reader.joins(path);
  await ming.context.setOffline(true);
  wire.out = () => false;
  await wire.cut();
  await expect(ming.banner).toHaveText(ming.words.offline);
  for (const text of ["離線一", "離線二"]) await ming.says(text);
  await expect(ming.timeline.locator(".pending .body")).toHaveText(["離線一", "離線二"]);
  await reader.says(path, "別人說的");
  const said = await lines(ming);
  wire.out = () => true;
  await ming.context.setOffline(false);
  await expect(ming.said).toHaveText(["第一句", "別人說的", "離線一", "離線二"]);
  expect(await reader.reads(path)).toEqual(["第一句", "別人說的", "離線一", "離線二"]);
  await expect(ming.banner).toHaveCount(0);
  await expect.poll(async () => (await said()).map(([text]) => text)).toContain(ming.words.restored);
});

test("counts a long wait down, and a button ends it", async ({ people }) => {
  const { ming, wire } = await wired(people);
  wire.says({ type: "bye", retry_after: 30 });
  await wire.cut(4503);
  const counted = new RegExp(ming.words.retryIn(0).replace("0", "(\\d+)"));
  const left = async () => Number(counted.exec((await ming.banner.textContent()) ?? "")?.[1]);
  await expect(ming.banner).toContainText(counted);
  // The page adds at most a second; how many have passed by now depends on the machine.
  const before = await left();
  expect(before).toBeLessThanOrEqual(31);
  expect(before).toBeGreaterThan(15);
  // The button stays while the number changes.
  const button = ming.banner.getByRole("button", { name: ming.words.retryNow });
  await button.focus();
  await expect.poll(left).toBeLessThan(before);
  await expect(button).toBeFocused();
  await ming.page.keyboard.press("Enter");
  await expect(ming.banner).toHaveCount(0);
  await ming.says("又連上了");
  await expect(ming.said).toHaveText(["第一句", "又連上了"]);
});

test("shows catching up until all missed events are loaded", async ({ people }) => {
  const { ming, wire, path } = await wired(people);
  const reader = await people.program("kevin");
  await reader.joins(path);
  const said = await lines(ming);
  wire.in = () => false;
  await wire.cut();
  await reader.says(path, "錯過的");
  await expect(ming.banner).toHaveText(ming.words.reconnecting);
  let welcomed = false;
  await wire.cut();
  // The welcome passes, but the missed events are held back.
  wire.in = (frame) => (frame.type === "welcome" ? (welcomed = true) : false);
  await expect.poll(() => welcomed).toBe(true);
  await expect(ming.banner).toHaveText(ming.words.catchingUp);
  // The banner stays until they arrive.
  await ming.page.waitForTimeout(1_000);
  await expect(ming.banner).toHaveText(ming.words.catchingUp);
  await expect(ming.said).toHaveText(["第一句"]);
  wire.passes();
  await expect(ming.said).toHaveText(["第一句", "錯過的"]);
  await expect(ming.banner).toHaveCount(0);
  expect(await said()).toEqual([[ming.words.reconnecting, 1], [ming.words.catchingUp, 1], [ming.words.restored, 2]]);
});

for (const [code, line] of [["try_again", "busy"], ["storage_full", "storageFull"]] as const) {
  test(`a server that does not take messages says why, and they wait in their order: ${code}`, async ({ people }) => {
    const { ming, wire, path } = await wired(people);
    let refused = 0;
    const order: string[] = [];
    wire.out = (frame, { says }) => {
      if (frame.type !== "send") return true;
      order.push(frame.body!);
      refused += 1;
      says.call(wire, { type: "nack", id: frame.id!, code, final: false, retry_after: 1 });
      return false;
    };
    for (const text of ["一", "二", "三"]) await ming.says(text);
    await expect(ming.banner).toHaveText(ming.words[line]);
    await expect(ming.timeline.locator(".pending .body")).toHaveText(["一", "二", "三"]);
    // Whole rounds only: accepting the last message of a round that began with refusals is no server's answer.
    await expect.poll(() => refused > 4 && order.slice(-3).join("") === "一二三").toBe(true);
    wire.out = () => true;
    await expect(ming.said).toHaveText(["第一句", "一", "二", "三"]);
    await expect(ming.banner).toHaveCount(0);
    const reader = await people.program("kevin");
    expect(await reader.reads(path)).toEqual(["第一句", "一", "二", "三"]);
  });
}

test("refused message stays with its reason, also over a reload", async ({ people }) => {
  const { ming, wire } = await wired(people);
  const refuse = () => {
    wire.out = (frame) => {
      if (frame.type === "send") wire.says({ type: "nack", id: frame.id!, code: "not_member", final: true });
      return frame.type !== "send";
    };
  };
  const failed = ming.timeline.locator(".failed .body");
  refuse();
  for (const text of ["再試", "改寫", "丟棄"]) await ming.says(text);
  await expect(failed).toHaveText(["再試", "改寫", "丟棄"]);
  wire.out = () => true;
  await ming.reloads();
  await expect(failed).toHaveText(["再試", "改寫", "丟棄"]);
  await expect(ming.banner).toHaveCount(0);
  await ming.composer.fill("草稿");
  await ming.lines("丟棄").getByRole("button", { name: ming.words.discard, exact: true }).click();
  await ming.lines("改寫").getByRole("button", { name: ming.words.edit, exact: true }).click();
  // The text in the composer is kept.
  await expect(ming.composer).toHaveValue("改寫\n草稿");
  await ming.lines("再試").getByRole("button", { name: ming.words.tryAgain, exact: true }).click();
  await expect(ming.said).toHaveText(["第一句", "再試"]);
  await expect(failed).toHaveCount(0);
  await ming.reloads();
  await expect(ming.timeline.locator(".body")).toHaveText(["第一句", "再試"]);
});

test("counts and sends unsent messages of an earlier page", async ({ people }) => {
  const { ming, wire, path } = await wired(people);
  wire.out = (frame) => frame.type !== "send";
  for (const text of ["沒送完一", "沒送完二"]) await ming.says(text);
  await expect(ming.timeline.locator(".pending")).toHaveCount(2);
  await ming.reloads();
  await expect(ming.banner).toHaveText(ming.words.unsent(2));
  const said = await lines(ming);
  wire.passes();
  await expect(ming.said).toHaveText(["第一句", "沒送完一", "沒送完二"]);
  await expect(ming.banner).toHaveCount(0);
  expect((await said()).at(-1)?.[0]).toBe(ming.words.allSent);
  const reader = await people.program("kevin");
  expect(await reader.reads(path)).toEqual(["第一句", "沒送完一", "沒送完二"]);
});

test("keeps the scroll position after a reset", async ({ people }) => {
  const { ming, wire, path, id } = await wired(people);
  const reader = await people.program("kevin");
  await reader.joins(path);
  for (let number = 1; number <= 40; number += 1) await reader.says(path, `第 ${number} 則。`);
  await expect(ming.said).toHaveCount(41);
  const top = () => ming.lines("第 5 則。").evaluate((line) => Math.round(line.getBoundingClientRect().top));
  const { head } = await ming.page.evaluate(async (id) => (await fetch(`/api/v1/channels/${id}`)).json(), id);
  await ming.timeline.evaluate((pane) => (pane.scrollTop = 150));
  await expect(ming.page.locator(".pill.latest")).toBeVisible();
  await expect(ming.lines("第 5 則。")).toBeInViewport();
  const before = await top();
  const asked = ming.page.waitForRequest(/messages\?around=/);
  wire.says({ type: "reset", channel: id, head });
  await asked;
  await expect(ming.banner).toHaveText(ming.words.wasReset);
  await expect(ming.lines("第 5 則。")).toBeInViewport();
  // The banner takes room; the message moves by no more than that, and back when the banner is hidden.
  await expect(ming.banner).toHaveCount(0, { timeout: 10_000 });
  await expect.poll(top).toBe(before);
});

for (const back of [0, 60 * 60 * 1_000]) test(`notices a silent link within half a minute${back ? ", also if the clock is set back" : ""}`, async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const wire = await Wire.of(ming.context);
  await ming.page.clock.install();
  const path = await ming.createsChannel(unique("無聲"));
  ming.watch.forgive(OFFLINE);
  await ming.isAlive();
  await ming.says("第一句");
  await expect(ming.said).toHaveText(["第一句"]);
  wire.out = wire.in = () => false;
  await ming.says("說給空氣聽");
  if (back) await ming.page.clock.setSystemTime(Date.now() - back);
  await ming.page.clock.runFor(30_000);
  await expect(ming.banner).toContainText(new RegExp(`${ming.words.reconnecting}|秒後重試`));
  await wire.cut();
  wire.out = wire.in = () => true;
  // In steps, each with time for the server: in one step of 40 seconds the page would give up a link that is being opened.
  await expect(async () => {
    await ming.page.clock.runFor(2_000);
    await expect(ming.said).toHaveText(["第一句", "說給空氣聽"], { timeout: 1_000 });
  }).toPass({ intervals: [20], timeout: 30_000 });
  const reader = await people.program("kevin");
  expect(await reader.reads(path)).toEqual(["第一句", "說給空氣聽"]);
});

test("shows failed history at the top, with a retry", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const reader = await people.program("kevin");
  const path = await reader.createsChannel(unique("舊的"));
  for (let number = 1; number <= 60; number += 1) await reader.says(path, `第 ${number} 則。`);
  await ming.submits("join", { channel: path.slice(3) });
  ming.watch.forgive(OFFLINE);
  let fails = true;
  await ming.page.route(/messages\?before=/, (route) => (fails ? route.fulfill({ status: 503 }) : route.continue()));
  await ming.opens(path);
  await ming.timeline.evaluate((pane) => (pane.scrollTop = 0));
  await expect(ming.timeline.getByRole("alert")).toHaveText(ming.words.olderFailed);
  await reader.says(path, "即時的");
  await expect(ming.said.last()).toHaveText("即時的");
  fails = false;
  // An event in place of a click, which would scroll: scrolling loads, too, and the link would be gone.
  await ming.link(ming.words.tryAgain).evaluateAll((links: HTMLElement[]) => links.forEach((link) => link.click()));
  await expect(ming.timeline.getByRole("alert")).toHaveCount(0);
  await expect(ming.said).toHaveCount(61);
});
