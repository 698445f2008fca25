// A long conversation, and a user who reads it.

import { expect, test } from "@playwright/test";
import type { People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

export const COUNT = 140;
export const text = (number: number) => `第 ${String(number).padStart(3, "0")} 則${number % 7 ? "" : "，長一點".repeat(40)}`;

/** Creates a channel with a long history, and a user who has opened it. */
export async function reader(people: People): Promise<{ ming: Person; path: string; speaker: Program }> {
  test.slow(); // the messages are posted one after another
  // One user may post this many at once.
  const speakers = await Promise.all(["甲", "乙", "丙"].map((name) => people.program(name)));
  const path = await speakers[0].createsChannel(unique("歷史"));
  await Promise.all(speakers.map((speaker) => speaker.joins(path)));
  for (let number = 1; number <= COUNT; number += 1) await speakers[Math.floor(number / 4) % 3].says(path, text(number));
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await expect(ming.lines(text(COUNT))).toBeInViewport();
  return { ming, path, speaker: speakers[0] };
}

/** The numbers of the messages on the page, from top to bottom. */
export const numbers = (person: Person) =>
  person.timeline.locator(".body").evaluateAll((bodies) => bodies.map((body) => Number(body.textContent!.slice(2, 5))));

/** Scrolls by a share of the height in view. */
export const scroll = (person: Person, screens: number) =>
  person.timeline.evaluate((pane, screens) => pane.scrollBy({ top: screens * pane.clientHeight }), screens);

/** Measures, in every frame, the positions of the messages in view; returns the farthest that one has moved. */
export async function watchPlaces(person: Person): Promise<() => Promise<number>> {
  const watch = await person.timeline.evaluateHandle((pane) => {
    const { top, bottom } = pane.getBoundingClientRect();
    const place = (id: string) => document.getElementById(id)?.getBoundingClientRect().top ?? Number.NaN;
    const ids = [...pane.querySelectorAll(".msg")].map((line) => line.id).filter((id) => place(id) >= top && place(id) < bottom);
    const before = ids.map(place);
    const watch = { count: ids.length, moved: 0 };
    const frame = () => {
      ids.forEach((id, index) => (watch.moved = Math.max(watch.moved, Math.abs(place(id) - before[index]))));
      requestAnimationFrame(frame);
    };
    frame();
    return watch;
  });
  expect(await watch.evaluate(({ count }) => count)).toBeGreaterThan(3);
  // Two more frames, so that every change up to now is measured.
  return () =>
    watch.evaluate(async (watch) => {
      for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
      return watch.moved;
    });
}

/** Scrolls until a message is in view; returns all messages that were on the page meanwhile. */
export async function reads(person: Person, towards: number, screens: number): Promise<Set<number>> {
  const seen = new Set<number>();
  await expect(async () => {
    await scroll(person, screens);
    const shown = await numbers(person);
    expect(shown).toEqual(Array.from(shown, (_, index) => shown[0] + index));
    shown.forEach((number) => seen.add(number));
    await expect(person.lines(text(towards))).toBeInViewport({ timeout: 1 });
  }).toPass({ intervals: [20], timeout: 20_000 });
  return seen;
}
