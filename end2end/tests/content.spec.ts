// Messages are rendered as meant, and are never more than text: group F of the abuse list.

import type { Locator, Page } from "@playwright/test";
import { expect, test, type People } from "./fixtures.ts";
import { BOMBS, HTML, UNSAFE } from "./corpus.ts";
import { unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

/** All elements that a message may consist of, with the attributes that they may have. */
const ELEMENTS = ["A", "BDI", "BLOCKQUOTE", "BUTTON", "CODE", "DIV", "EM", "LI", "OL", "P", "PRE", "S", "SPAN", "STRONG", "UL"];
const ATTRIBUTES = ["aria-pressed", "class", "data-host", "href", "rel", "tabindex", "target", "title", "type", "value"];

type Room = { reader: Person; speaker: Program; path: string };

/** A user reads a channel in which an API client posts. */
async function room(people: People, name = "spoken"): Promise<Room> {
  const speaker = await people.program("speaker");
  const path = await speaker.createsChannel(unique(name));
  const reader = await people.member("reader", { locale: "zh-TW" });
  await reader.submits("join", { channel: path.slice(3) });
  await reader.opens(path);
  return { reader, speaker, path };
}

/** Posts a message and waits until it is shown. */
async function shown({ reader, speaker, path }: Room, ...texts: string[]): Promise<Locator> {
  const bodies = reader.timeline.locator(".msg .body");
  const before = await bodies.count();
  for (const text of texts) await speaker.says(path, text);
  await expect(bodies).toHaveCount(before + texts.length);
  return bodies.nth(before);
}

/** The HTML of a body, without the markers of hydration. */
function parts(page: Page): Promise<string[]> {
  return page.locator(".msg .body").evaluateAll((bodies) => bodies.map((body) => body.outerHTML.replace(/<!--.*?-->/g, "")));
}

/** The first difference of two lists of texts, which may be long. */
function difference(some: string[], others: string[]): string {
  for (let index = 0; index < Math.max(some.length, others.length); index += 1) {
    const [one, other] = [some[index] ?? "", others[index] ?? ""];
    if (one === other) continue;
    const from = Math.max(0, [...one].findIndex((_, at) => one[at] !== other[at]) - 40);
    return `${index}: ${one.slice(from, from + 100)} | ${other.slice(from, from + 100)}`;
  }
  return "";
}

/** Every request of the page, and every violation of its policy. */
async function watched(person: Person): Promise<{ elsewhere: string[]; stopped: () => Promise<string[]> }> {
  const elsewhere: string[] = [];
  person.context.on("request", (request) => {
    if (new URL(request.url()).origin !== person.origin) elsewhere.push(request.url());
  });
  await person.page.addInitScript(() => {
    const stopped: string[] = ((window as any).stopped = []);
    document.addEventListener("securitypolicyviolation", (event) => stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return { elsewhere, stopped: () => person.page.evaluate(() => (window as any).stopped) };
}

test("39–41: messages run nothing, load nothing, and stay in their box", async ({ people }) => {
  const name = '<img src=x onerror="window.hit=1">';
  const title = "</title><script>hit=1</script>";
  const speaker = await people.program("speaker", people.origin, name);
  const path = await speaker.createsChannel(title + unique("").slice(-9), `${HTML[0]} ${HTML[1]}`);
  const reader = await people.member("reader", { viewport: { width: 390, height: 844 } });
  const { elsewhere, stopped } = await watched(reader);
  await reader.submits("join", { channel: path.slice(3) });
  await reader.opens(path);
  const texts = [...HTML, ...UNSAFE];
  for (const text of texts) await speaker.says(path, text);

  const look = async () => {
    const bodies = reader.timeline.locator(".msg .body");
    await expect(bodies).toHaveCount(texts.length);
    const seen = await reader.timeline.evaluate((pane) => {
      const all = [...pane.querySelectorAll(".msg .body *")];
      const box = pane.getBoundingClientRect();
      const out = all.filter((element) => {
        const [inner, outer] = [element.getBoundingClientRect(), element.closest(".msg")!.getBoundingClientRect()];
        if (inner.width === 0) return false;
        const beside = inner.left < box.left || inner.right > box.right;
        // Content that scrolls is clipped by the element that scrolls it.
        return !element.closest("pre > *") && (beside || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1);
      });
      return {
        elements: [...new Set(all.map((element) => element.tagName))],
        attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
        links: all.filter((element) => element.matches("a")).map((link) => new URL((link as HTMLAnchorElement).href).protocol),
        out: out.map((element) => element.outerHTML),
        wide: [pane.scrollWidth - pane.clientWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth],
        hit: "hit" in window,
        names: [...pane.querySelectorAll(".by bdi")].map((element) => element.textContent),
        title: document.title,
      };
    });
    expect(seen).toMatchObject({ out: [], wide: [0, 0], hit: false });
    expect(seen.elements.filter((element) => !ELEMENTS.includes(element))).toEqual([]);
    expect(seen.attributes.filter((attribute) => !ATTRIBUTES.includes(attribute))).toEqual([]);
    expect(seen.links.filter((protocol) => protocol !== "https:")).toEqual([]);
    expect(new Set(seen.names)).toEqual(new Set([name]));
    expect(seen.title).toContain(title);
    const followed = await bodies.evaluateAll((bodies, count) => {
      return bodies.slice(-count).flatMap((body) => [...body.querySelectorAll("a")].map((link) => [link.textContent, link.href]));
    }, UNSAFE.length);
    // A backslash ends an address, so that its text and target agree.
    expect(followed).toEqual([["https://bank.example", "https://bank.example/"]]);
    expect(await stopped()).toEqual([]);
    expect(elsewhere).toEqual([]);
  };
  await look();
  const made = await parts(reader.page);
  await reader.reloads();
  await look();
  expect(difference(await parts(reader.page), made), "the server's page shows what the browser makes").toBe("");
  await expect(reader.page.locator(".topic")).toHaveText(`${HTML[0]} ${HTML[1]}`);
});

test("40: a link opens a new tab without a referrer and shows its host", async ({ people }) => {
  const here = await room(people);
  const { reader } = here;
  const rel = "noopener noreferrer nofollow ugc";
  for (const [typed, href, text, host] of [
    ["https://zh.wikipedia.org/wiki/臺北", "https://zh.wikipedia.org/wiki/臺北", "https://zh.wikipedia.org/wiki/臺北", null],
    ["請看https://example.org/b了解更多", "https://example.org/b", "https://example.org/b", null],
    ["（https://example.org/c）", "https://example.org/c", "https://example.org/c", null],
    ["[文件](https://example.org/d)", "https://example.org/d", "文件", "example.org"],
    ["https://аpple.com/x", "https://xn--pple-43d.com/x", "https://xn--pple-43d.com/x", null],
    ["mailto:ming@example.org。", "mailto:ming@example.org", "mailto:ming@example.org", null],
  ] as const) {
    const link = (await shown(here, typed)).locator("a");
    await expect(link).toHaveText(text);
    expect(await link.evaluate((link) => ["href", "rel", "target", "data-host"].map((name) => link.getAttribute(name)))).toEqual([href, rel, "_blank", host]);
    const behind = await link.evaluate((link) => getComputedStyle(link, "::after").content);
    if (host) expect(behind).toContain(host);
    else expect(behind).toBe("none");
  }

  let referer: string | undefined = "?";
  await reader.context.route("https://example.org/**", async (route) => {
    referer = (await route.request().allHeaders())["referer"];
    await route.fulfill({ contentType: "text/html", body: "<title>elsewhere</title>" });
  });
  const opened = reader.context.waitForEvent("page");
  await reader.timeline.getByRole("link", { name: "文件" }).click();
  const other = await opened;
  await other.waitForLoadState();
  expect([await other.title(), await other.evaluate(() => window.opener), referer]).toEqual(["elsewhere", null, undefined]);
  await other.close();
  await expect(reader.page).toHaveURL(reader.origin + here.path);
});

test("link to a channel opens in place", async ({ people }) => {
  const here = await room(people);
  const { reader, speaker } = here;
  const there = await speaker.createsChannel(unique("there"));
  const body = await shown(here, `來 ${reader.origin}${there} 吧`);
  await reader.page.evaluate(() => ((window as any).same = true));
  await body.locator("a").click();
  await expect(reader.page).toHaveURL(reader.origin + there);
  expect(await reader.page.evaluate(() => (window as any).same)).toBe(true);
  expect(reader.context.pages()).toHaveLength(1);
});

test("renders formatting as meant, also beside Chinese", async ({ people }) => {
  const here = await room(people);
  const look = (body: Locator, selector: string, ...styles: string[]) =>
    body.locator(selector).evaluateAll(
      (found, styles) => found.map((element) => [element.textContent, ...styles.map((style) => getComputedStyle(element).getPropertyValue(style))]),
      styles,
    );
  expect(await look(await shown(here, "**注意：**請看"), "strong", "font-weight")).toEqual([["注意：", "600"]]);
  expect(await look(await shown(here, "這是*強調*和 *stress*"), "em", "font-style", "text-emphasis-style")).toEqual([
    ["強調", "normal", "dot"],
    ["stress", "italic", "none"],
  ]);
  expect(await look(await shown(here, "我~~討厭~~喜歡你"), "s", "text-decoration-line")).toEqual([["討厭", "line-through"]]);
  expect(await look(await shown(here, "snake_case 用 `a_b` 寫"), "code", "white-space-collapse")).toEqual([["a_b", "preserve"]]);
  const list = await shown(here, "要買：\n1. 牛奶\n1. 雞蛋\n   - 大的\n7. 麵包");
  expect(await list.evaluate((body) => [...body.children].map((child) => child.tagName))).toEqual(["P", "OL"]);
  expect(await list.locator("ol > li").evaluateAll((items) => items.map((item) => (item as HTMLLIElement).value))).toEqual([1, 2, 7]);
  expect(await look(list, "ul > li", "list-style-type")).toEqual([["大的", "disc"]]);
  const quote = await shown(here, "> 引用\n> 兩行\n回答");
  await expect(quote.locator("blockquote")).toHaveText("引用\n兩行", { useInnerText: true });
  const lines = await shown(here, "一\n\n  二");
  expect(await lines.evaluate((body) => (body as HTMLElement).innerText)).toBe("一\n\n  二");
  const [small, large] = [await shown(here, "好👍"), await shown(here, "👍🎉")];
  const size = (body: Locator) => body.evaluate((body) => parseFloat(getComputedStyle(body).fontSize));
  expect(await size(large)).toBe(30);
  expect(await size(small)).toBeLessThan(20);
});

test("code scrolls, wraps, unfolds, and is copied as typed", async ({ people }) => {
  const here = await room(people);
  const { reader } = here;
  await reader.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const code = `let 很長 = "${"x".repeat(300)}";\n\tif a < b { \u202E }`;
  const body = await shown(here, "看：\n```rust\n" + code + "\n```");
  const [block, pre] = [body.locator(".code"), body.locator("pre")];
  await expect(block.locator(".lang")).toHaveText("rust");
  await expect(pre).toHaveText(code.replace("\u202E", "⟪U+202E⟫"), { useInnerText: true });
  const over = () => pre.evaluate((pre) => pre.scrollWidth - pre.clientWidth);
  expect(await over()).toBeGreaterThan(0);
  await block.hover();
  await block.getByRole("button", { name: "自動換行" }).click();
  expect(await over()).toBe(0);
  await block.getByRole("button", { name: "複製" }).click();
  await expect(block.getByRole("button", { name: "已複製" })).toBeVisible();
  expect(await reader.page.evaluate(() => navigator.clipboard.readText())).toBe(code);

  const numbers = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
  const long = await shown(here, "```\n" + numbers.join("\n") + "\n```");
  const height = () => long.locator("pre").evaluate((pre) => pre.clientHeight);
  const folded = await height();
  await long.getByRole("button", { name: "顯示更多" }).click();
  await expect.poll(height).toBeGreaterThan(folded * 1.5);
  await expect(long.getByRole("button", { name: "顯示更多" })).toHaveCount(0);
});

test("42: bidi controls, stacked marks and long words stay in their box", async ({ people }) => {
  const here = await room(people);
  const [turned, tower, after] = ["\u202E https://example.org/abc gnorw", `x${"\u0301".repeat(500)}\n${"Z\u0341\u0362\u0489".repeat(40)}`, "next one"];
  const link = (await shown(here, turned, tower, after)).locator("a");
  // The address reads from left to right, whatever precedes it.
  const ends = await link.locator("bdi").evaluate((bdi) => {
    const text = bdi.firstChild!;
    return [0, text.textContent!.length - 1].map((at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(ends[0]).toBeLessThan(ends[1]);
  const bodies = here.reader.timeline.locator(".msg .body");
  await expect(bodies.nth(2)).toHaveText(after);
  expect(await bodies.nth(1).evaluate((body) => [getComputedStyle(body).overflowY, /[\u0300-\u036F]{7}/.test(body.textContent!)])).toEqual(["clip", false]);
  // Ordinary texts of all scripts survive all this.
  for (const text of ["王小明：一、二（三）", "👩‍👩‍👧‍👦 👍🏽 🇹🇼 text", "안녕하세요 한국어", "Việt Nam", "שלום עולם"]) {
    await expect(await shown(here, text)).toHaveText(text);
  }
});

test("43: shows texts made to be slow, and the page stays responsive", async ({ people }) => {
  const here = await room(people);
  const { reader } = here;
  await shown(here, ...BOMBS);
  const look = async () => {
    const wide = await reader.timeline.evaluate((pane) => pane.scrollWidth - pane.clientWidth);
    const depth = await reader.timeline.evaluate((pane) => {
      const deep = (element: Element): number => 1 + Math.max(0, ...[...element.children].map(deep));
      return Math.max(...[...pane.querySelectorAll(".msg .body")].map(deep));
    });
    expect(wide).toBe(0);
    expect(depth).toBeLessThan(16);
  };
  await look();
  const made = await parts(reader.page);
  await reader.reloads();
  await expect(reader.timeline.locator(".msg .body")).toHaveCount(BOMBS.length);
  await look();
  expect(difference(await parts(reader.page), made)).toBe("");
  await expect(await shown(here, "still here")).toHaveText("still here");
});

test("45: sends the documented content security policy", async ({ people }) => {
  const { reader, path } = await room(people);
  const response = await reader.context.request.get(reader.origin + path);
  const policy = response.headers()["content-security-policy"].replace(/'nonce-[\w+/=-]{16,}'/, "'nonce-…'");
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' 'nonce-…'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
});
