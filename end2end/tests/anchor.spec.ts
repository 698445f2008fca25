// Scroll anchoring: nothing in view moves when something around it changes; measured in pixels.

import { expect, test, type People } from "./fixtures.ts";
import { COUNT, reader, scroll, text, watchPlaces } from "./long-channel.ts";
import { unique, type Person } from "./people.ts";

/** The topmost message in view, and its distance from the upper edge. */
const topmost = (person: Person) =>
  person.timeline.evaluate((pane) => {
    const { top } = pane.getBoundingClientRect();
    const line = [...pane.querySelectorAll(".msg")].find((line) => line.getBoundingClientRect().top >= top)!;
    return { id: line.id, from: line.getBoundingClientRect().top - top };
  });
const place = (person: Person, id: string) =>
  person.timeline.evaluate((pane, id) => document.getElementById(id)!.getBoundingClientRect().top - pane.getBoundingClientRect().top, id);

async function above(people: People): Promise<Person> {
  const { ming } = await reader(people);
  await scroll(ming, -0.8);
  await expect(ming.lines(text(COUNT))).not.toBeInViewport();
  await ming.page.waitForTimeout(300);
  return ming;
}

test("growing composer moves nothing above it", async ({ people }) => {
  const ming = await above(people);
  const moved = await watchPlaces(ming);
  await ming.composer.fill("一\n二\n三\n四\n五\n六");
  expect(await moved()).toBeLessThanOrEqual(1);
  await ming.composer.fill("");
  expect(await moved()).toBeLessThanOrEqual(1);
});

for (const [from, to] of [[1440, 900], [900, 1440], [1440, 390], [390, 844]]) {
  test(`the window is as wide as ${to} and no more ${from}, and the topmost message stays`, async ({ people }) => {
    const ming = await above(people);
    await ming.page.setViewportSize({ width: from, height: 800 });
    await ming.page.waitForTimeout(200);
    await scroll(ming, -0.3);
    await ming.page.waitForTimeout(200);
    const before = await topmost(ming);
    await ming.page.setViewportSize({ width: to, height: 800 });
    await ming.page.waitForTimeout(200);
    expect(Math.abs((await place(ming, before.id)) - before.from)).toBeLessThanOrEqual(1);
  });
}

test("banner does not move the topmost message in its pane", async ({ people }) => {
  const ming = await above(people);
  ming.watch.forgive(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const before = await topmost(ming);
  await ming.context.setOffline(true);
  await expect(ming.banner).toBeVisible();
  expect(Math.abs((await place(ming, before.id)) - before.from)).toBeLessThanOrEqual(1);
  await ming.context.setOffline(false);
  await expect(ming.banner).toHaveCount(0, { timeout: 40_000 });
  expect(Math.abs((await place(ming, before.id)) - before.from)).toBeLessThanOrEqual(1);
});

test("unfolded code and larger letters above move nothing in view", async ({ people }) => {
  const speaker = await people.program("kevin");
  const path = await speaker.createsChannel(unique("折疊"));
  await speaker.says(path, "```\n" + Array.from({ length: 60 }, (_, index) => `第 ${index} 行`).join("\n") + "\n```");
  for (let number = 1; number <= 45; number += 1) await speaker.says(path, text(number));
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await scroll(ming, -0.8);
  await ming.page.waitForTimeout(300);
  let before = await topmost(ming);
  await ming.timeline.locator(".code").evaluate((code) => code.classList.remove("folded"));
  await expect(ming.timeline.locator(".code.folded")).toHaveCount(0);
  await ming.page.waitForTimeout(200);
  expect(Math.abs((await place(ming, before.id)) - before.from)).toBeLessThanOrEqual(1);
  before = await topmost(ming);
  // Like a font that is loaded late: every line above grows.
  await ming.timeline.locator(".body").evaluateAll((bodies: HTMLElement[]) => bodies.forEach((body) => (body.style.lineHeight = "27px")));
  await ming.page.waitForTimeout(200);
  expect(Math.abs((await place(ming, before.id)) - before.from)).toBeLessThanOrEqual(1);
});

test("code unfolded at the end stays where it was clicked", async ({ people }) => {
  const speaker = await people.program("kevin");
  const path = await speaker.createsChannel(unique("折疊"));
  for (let number = 1; number <= 20; number += 1) await speaker.says(path, text(number));
  await speaker.says(path, "```\n" + Array.from({ length: 60 }, (_, index) => `第 ${index} 行`).join("\n") + "\n```");
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await expect(ming.timeline.locator(".unfold")).toBeInViewport();
  const line = ming.timeline.locator(".code");
  const before = (await line.boundingBox())!.y;
  await ming.timeline.locator(".unfold").click();
  await expect(ming.timeline.locator(".code.folded")).toHaveCount(0);
  await ming.page.waitForTimeout(200);
  expect(Math.abs((await line.boundingBox())!.y - before)).toBeLessThanOrEqual(1);
});

test("slow older messages get placeholders and move nothing", async ({ people }) => {
  const { ming } = await reader(people);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await ming.page.route(/messages\?before=/, async (route) => {
    await held;
    await route.continue();
  });
  await ming.timeline.evaluate((pane) => (pane.scrollTop = 0));
  const height = () => ming.timeline.locator(".before").evaluate((before) => before.getBoundingClientRect().height);
  await expect(ming.timeline.locator(".before .skeleton").first()).toBeVisible();
  const before = await height();
  const moved = await watchPlaces(ming);
  release();
  await expect(ming.timeline.locator(".before .skeleton")).toHaveCount(0);
  expect(await moved()).toBeLessThanOrEqual(1);
  if (await ming.timeline.locator(".before").count()) expect(await height()).toBe(before);
});
