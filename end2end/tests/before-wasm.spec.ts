// The page before its WASM runs, as on a slow line, and a page whose WASM does not start.

import { expect, test } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";

const COUNT = 40;

/** Holds the page's WASM back until the returned function is called. */
async function holdWasm(person: Person): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await person.page.route(/jimmy\.wasm/, async (route) => {
    await released;
    // The page may be gone.
    await route.continue().catch(() => {});
  });
  return release;
}

test("before the WASM runs the newest is in view, drafts are kept, and Enter sends", async ({ people }) => {
  const speaker = await people.program("kevin");
  const path = await speaker.createsChannel(unique("slow"));
  for (let number = 1; number <= COUNT; number += 1) await speaker.says(path, `第 ${number} 則`);
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  // A page that is left before its WASM has arrived does not use what it has preloaded.
  ming.watch.forgive(/preloaded using link preload but not used/);
  const release = await holdWasm(ming);
  await ming.page.goto(ming.origin + path);
  await expect(ming.lines(`第 ${COUNT} 則`)).toBeInViewport();
  await ming.composer.fill("還沒送出");
  await ming.sidebar.getByRole("link", { name: ming.words.hall }).first().click();
  await expect(ming.page.getByRole("heading", { level: 1 })).toContainText(ming.words.hall);
  await ming.page.goto(ming.origin + path);
  await expect(ming.composer).toHaveValue("還沒送出");
  await ming.composer.press("Enter");
  await expect(ming.lines("還沒送出")).toBeInViewport();
  await expect(ming.composer).toHaveValue("");
  await ming.composer.fill("寫到一半");
  release();
  await ming.isAlive();
  await expect(ming.composer).toHaveValue("寫到一半");
  await ming.composer.press("Enter");
  await expect(ming.said.filter({ hasText: "寫到一半" })).toHaveCount(1);
  await ming.reloads();
  await expect(ming.lines("還沒送出")).toHaveCount(1);
  await expect(ming.composer).toHaveValue("");
});

for (const locale of ["en-US", "zh-TW"]) {
  test(`a page that cannot start says so and can be reloaded (${locale})`, async ({ people }) => {
    const ming = await people.member("ming", { locale });
    ming.watch.forgive(/jimmy\.wasm|Failed to fetch|ERR_FAILED|preload/);
    await ming.page.route(/jimmy\.wasm/, (route) => route.abort());
    await ming.page.goto(ming.origin);
    await expect(ming.page.getByRole("alert")).toContainText(ming.words.notAlive);
    await ming.page.unroute(/jimmy\.wasm/);
    await ming.page.getByRole("alert").getByRole("button").click();
    await ming.isAlive();
  });
}
