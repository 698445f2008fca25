// Compositions by the browser's own protocol, with the events of 注音, 倉頡 and 拼音: several words in one session.

import { expect, test, type People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

type Session = Awaited<ReturnType<Person["context"]["newCDPSession"]>>;

/** What the input method shows during a composition, and what it commits. */
const STREAMS: Record<string, [string[], string][]> = {
  注音: [
    [["ㄋ", "ㄋㄧ", "ㄋㄧˇ", "你"], "你"],
    [["ㄏ", "ㄏㄠ", "ㄏㄠˇ", "好"], "好"],
    [["ㄇ", "ㄇㄚ", "ㄇㄚ˙", "嗎"], "嗎"],
  ],
  倉頡: [
    [["人", "人弓", "人弓火"], "你"],
    [["女", "女弓", "女弓木"], "好"],
  ],
  拼音: [
    [["n", "ni", "ni h", "ni hao", "你 hao"], "你好"],
    [["s", "sh", "shi", "shi j", "shi jie"], "世界"],
  ],
};

async function room(people: People): Promise<{ ming: Person; speaker: Program; path: string; sent: string[]; browser: Session }> {
  const speaker = await people.program("speaker");
  const path = await speaker.createsChannel(unique("組字"));
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const sent: string[] = [];
  ming.page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const frame = JSON.parse(payload.toString());
      if (frame.type === "send") sent.push(frame.body);
    }),
  );
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await ming.composer.focus();
  return { ming, speaker, path, sent, browser: await ming.context.newCDPSession(ming.page) };
}

const composes = (browser: Session, text: string) =>
  browser.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
/** A key that the input method handles. */
const strikes = (browser: Session, key: string) =>
  browser.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key, code: key, windowsVirtualKeyCode: 229 });

for (const [method, words] of Object.entries(STREAMS)) {
  test(`${method}: no character is lost or doubled while others write`, async ({ people }) => {
    const { ming, speaker, path, sent, browser } = await room(people);
    let said = 0;
    for (const [steps, word] of words) {
      for (const step of steps) {
        await strikes(browser, "Process");
        await composes(browser, step);
        await speaker.says(path, `插話 ${(said += 1)}`);
        await expect(ming.said).toHaveCount(said);
        expect(await ming.composer.inputValue()).toMatch(new RegExp(`${step}$`));
      }
      // Enter and the arrows choose among candidates: they belong to the input method.
      for (const key of ["ArrowDown", "ArrowUp", "Enter"]) await strikes(browser, key);
      await browser.send("Input.insertText", { text: word });
    }
    const whole = words.map(([, word]) => word).join("");
    await expect(ming.composer).toHaveValue(whole);
    expect(sent).toEqual([]);
    await ming.page.waitForTimeout(60); // no user presses the next key sooner
    await ming.page.keyboard.press("Enter");
    await ming.sees(whole);
    await expect(ming.composer).toHaveValue("");
    expect(sent).toEqual([whole]);
  });
}

test("composer does nothing of its own during a composition", async ({ people }) => {
  const { ming, browser } = await room(people);
  const list = ming.page.getByRole("listbox", { name: ming.words.emoji });
  await ming.page.keyboard.type(":smi");
  await expect(list).toBeVisible();
  await composes(browser, "ㄋ");
  await expect(list, "it looks at committed text").toHaveCount(0);
  for (const key of ["Tab", "Enter", "Escape", "b"]) await strikes(browser, key);
  await expect(ming.composer).toHaveValue(":smiㄋ");
  await browser.send("Input.insertText", { text: "你" });
  await expect(ming.composer).toHaveValue(":smi你");
  await expect(list).toHaveCount(0);

  await ming.composer.fill("字".repeat(7_499));
  const count = ming.page.locator(".composer .count");
  await composes(browser, "ㄏㄠˇ");
  await expect(count, "what is composed is not counted").toBeHidden();
  await browser.send("Input.insertText", { text: "好" });
  await expect(count).toHaveText("7,500 / 8,000");
});

test("Send during a composition sends the composed word, too", async ({ people }) => {
  const { ming, sent, browser } = await room(people);
  await ming.page.keyboard.type("他說");
  await composes(browser, "你好");
  await ming.button(ming.words.send).click();
  await ming.sees("他說你好");
  await expect(ming.composer).toHaveValue("");
  await ming.page.keyboard.type("再");
  await composes(browser, "見");
  const atEnd = ming.composer.evaluate(
    (field: HTMLTextAreaElement) => new Promise((done) => field.addEventListener("compositionend", () => done(field.value), { once: true })),
  );
  // In browsers where a click on a button does not focus it.
  await ming.button(ming.words.send).evaluate((button: HTMLButtonElement) => button.click());
  await ming.sees("再見");
  expect(await atEnd, "the word is committed before the field is emptied").toBe("再見");
  expect(sent).toEqual(["他說你好", "再見"]);
});
