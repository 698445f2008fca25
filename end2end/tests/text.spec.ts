// Messages are shown as text, and stay in their box.

import { expect, test } from "./fixtures.ts";
import { unique } from "./people.ts";

const TEXTS = {
  "a script": "<script>window.hit = 1</script>",
  "a picture that fails": '<img src="/nothing-here" onerror="window.hit = 1">',
  "an end of the page's data": "</template></script><script>window.hit = 1</script>{{1}} &lt;b&gt; &amp;",
  "a change of direction": "abc \u202Eexe.gpj\u2066\u2067 ‮שלום",
  "a very long word": "w".repeat(2_000),
  "a very long Chinese text": "字".repeat(2_000),
  "spaces and lines": "  indented\n\n\tand    wide",
};

test("shows hostile texts to the author, to others and after a reload", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin", { viewport: { width: 390, height: 844 } });
  const path = await ming.createsChannel(unique("文字"), '<b>"topic"</b> \'&amp;');
  await ming.isAlive();
  await kevin.submits("join", { channel: path.slice(3) });
  await kevin.opens(path);
  const texts = Object.values(TEXTS);
  for (const text of texts) await ming.says(text);

  const look = async (reader: typeof ming) => {
    await expect(reader.timeline.locator(".msg:not(.pending)")).toHaveCount(texts.length);
    return reader.timeline.evaluate((pane) => ({
      shown: [...pane.querySelectorAll(".body")].map((body) => (body.querySelector(".cut") ?? body).textContent),
      looks: [...pane.querySelectorAll(".body")].map((body) => ((body.querySelector(".cut") ?? body) as HTMLElement).innerText.split("\n").length),
      outside: [...pane.querySelectorAll(".body")].filter((body) => {
        const range = document.createRange();
        range.selectNodeContents(body);
        return range.getBoundingClientRect().right > pane.getBoundingClientRect().right;
      }).length,
      elements: pane.querySelectorAll(".body :not(p, .cut, .unfold)").length,
      wide: pane.scrollWidth - pane.clientWidth,
      document: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      hit: "hit" in window,
    }));
  };
  const right = {
    shown: texts,
    looks: texts.map((text) => text.split("\n").length),
    outside: 0,
    elements: 0,
    wide: 0,
    document: 0,
    hit: false,
  };
  expect(await look(ming)).toEqual(right);
  expect(await look(kevin)).toEqual(right);
  await ming.reloads();
  expect(await look(ming)).toEqual(right);
  await expect(ming.page.locator(".topic")).toHaveText('<b>"topic"</b> \'&amp;');
});
