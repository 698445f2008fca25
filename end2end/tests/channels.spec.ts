// Channels: all of them can be found, and leaving one can be undone.

import { expect, test } from "./fixtures.ts";
import { unique } from "./people.ts";

test("lists more channels than one page shows", async ({ people }) => {
  test.slow(); // they are created one after another
  const speaker = await people.program("maker");
  for (let number = 0; number < 101; number += 1) await speaker.createsChannel(unique("many"));
  const ming = await people.member("ming");
  for (const javaScriptEnabled of [true, false]) {
    const person = javaScriptEnabled ? ming : await people.elsewhere(ming, { javaScriptEnabled });
    await person.page.goto(`${person.origin}/channels`);
    if (javaScriptEnabled) await person.isAlive();
    const first = await person.page.locator(".item h2").first().textContent();
    await expect(person.page.locator(".item")).toHaveCount(100);
    await person.link("Show more").click();
    if (javaScriptEnabled) await expect.poll(() => person.page.locator(".item").count()).toBeGreaterThan(101);
    else await expect(person.page.locator(".item h2").first()).not.toHaveText(first!);
  }
});

test("undo rejoins a channel that was left", async ({ people }) => {
  const ming = await people.member("ming");
  const name = unique("leaving");
  const path = await ming.createsChannel(name);
  await ming.isAlive();
  await ming.says("mine");
  await ming.sees("mine");
  await ming.button("Leave channel").click();
  await expect(ming.page).toHaveURL(`${ming.origin}/`);
  await expect(ming.sidebar).not.toContainText(name);
  await ming.button("Undo").click();
  await expect(ming.page).toHaveURL(ming.origin + path);
  await expect(ming.sidebar).toContainText(name);
  await ming.sees("mine");
  await expect(ming.composer).toBeVisible();
});
