// The page holds only a part of a long conversation.

import { expect, test } from "./fixtures.ts";
import { scroll } from "./long-channel.ts";
import { unique } from "./people.ts";
import { Talk } from "./talk.ts";

/** Most elements that the timeline may have at any time. */
const ELEMENTS_MAX = 1_400;
const COUNT = 600;

test("bounds the number of elements in a long conversation", async ({ people }) => {
  test.slow();
  const talk = await Talk.of((name) => people.program(name), unique("很長"), COUNT);
  const ming = await people.member("王小明");
  await ming.submits("join", { channel: talk.path.slice(3) });
  await ming.opens(talk.path);
  const most = await ming.timeline.evaluateHandle((pane) => {
    const most = { elements: 0 };
    const count = () => (most.elements = Math.max(most.elements, pane.getElementsByTagName("*").length));
    count();
    new MutationObserver(count).observe(pane, { subtree: true, childList: true });
    return most;
  });
  const first = ming.lines(/^第 1 則/);
  await expect(async () => {
    await scroll(ming, -2);
    await expect(first).toBeInViewport({ timeout: 1 });
  }).toPass({ intervals: [20], timeout: 60_000 });
  const { elements } = await most.jsonValue();
  expect(elements).toBeGreaterThan(100);
  expect(elements).toBeLessThanOrEqual(ELEMENTS_MAX);
});
