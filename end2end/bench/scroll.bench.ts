// Scrolling up through all of a channel with 10,000 messages, on a processor a quarter as fast: how much the page holds,
// how long its tasks take, how evenly frames come. It prints, and judges nothing; end2end/tests/elements.spec.ts does.
//
// COUNT=1000 takes fewer messages. PROFILE=file.cpuprofile keeps what the processor did, for Chromium's DevTools, and the
// functions that took most of it are printed.

import { writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { OwnServer } from "../tests/own-server.ts";
import { PASSWORD, Person } from "../tests/people.ts";
import { Program } from "../tests/program.ts";
import { Talk } from "../tests/talk.ts";
import { Watch } from "../tests/watch.ts";

const COUNT = Number(process.env.COUNT ?? 10_000);
/** The processor is so many times slower. */
const THROTTLE = 4;
/** Pixels a frame: a hard flick. */
const SPEED = 120;
/** A frame that takes longer is seen. */
const TASK_MS = 50;
const FUNCTIONS_SHOWN = 25;

process.env.JIMMY_NO_RATE_LIMITS = "true"; // 10,000 messages in some seconds

type Profile = { nodes: { id: number; callFrame: { functionName: string; url: string } }[]; samples: number[]; timeDeltas: number[] };

/** Milliseconds that each function took by itself. */
function ownTimes({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const names = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, `${functionName || "(anonymous)"} ${url.split("/").at(-1)}`]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => times.set(names.get(id)!, (times.get(names.get(id)!) ?? 0) + timeDeltas[index] / 1000));
  return [...times].sort(([, a], [, b]) => b - a);
}

test(`${COUNT} messages`, async ({ browser }) => {
  const server = await OwnServer.start();
  const person = (name: string) => Program.signUp(server.origin, name);
  const talk = await Talk.of(person, "很長", COUNT);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-TW" });
  const ming = new Person("speaker0", server.origin, context, await context.newPage(), new Watch(context), "zh-TW");
  await ming.submits("log_in", { name: ming.name, password: PASSWORD });
  await ming.opens(talk.path);
  await ming.page.waitForTimeout(1_000);

  const devtools = await context.newCDPSession(ming.page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
  if (process.env.PROFILE) {
    await devtools.send("Profiler.enable");
    await devtools.send("Profiler.start");
  }
  const found = await ming.timeline.evaluate(async (pane, [speed, patience]) => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    const frames: number[] = [];
    let [elements, stuck, last] = [0, 0, performance.now()];
    const begun = last;
    // Nothing more comes when the top has been in view for so long.
    while (stuck < patience) {
      const now = await new Promise<number>(requestAnimationFrame);
      frames.push(now - last);
      stuck = pane.scrollTop > 0 ? 0 : stuck + now - last;
      last = now;
      elements = Math.max(elements, pane.getElementsByTagName("*").length);
      pane.scrollTop -= speed;
    }
    await new Promise((done) => setTimeout(done, 200)); // tasks are told a little later
    return { tasks, frames: frames.sort((a, b) => a - b), elements, seconds: (last - begun - patience) / 1000, first: pane.querySelector(".msg .body")?.textContent };
  }, [SPEED, 3_000]);
  if (process.env.PROFILE) {
    const { profile } = await devtools.send("Profiler.stop");
    writeFileSync(process.env.PROFILE, JSON.stringify(profile));
    for (const [name, ms] of ownTimes(profile as Profile).slice(0, FUNCTIONS_SHOWN)) console.log(`${ms.toFixed(0).padStart(8)} ms  ${name}`);
  }
  expect(found.first).toMatch(/^第 1 則/);
  const { tasks, frames, elements, seconds } = found;
  const long = tasks.filter((ms) => ms > TASK_MS).sort((a, b) => a - b);
  const ms = (time?: number) => `${(time ?? 0).toFixed(0)} ms`;
  console.log(`${COUNT} messages in ${seconds.toFixed(0)} s, ${THROTTLE}x slower: at most ${elements} elements in the timeline`);
  console.log(`tasks over ${TASK_MS} ms: ${long.length}, median ${ms(long[long.length >> 1])}, longest ${ms(long.at(-1))}`);
  console.log(`frames: ${frames.length}, median ${ms(frames[frames.length >> 1])}, 99 of 100 within ${ms(frames[Math.floor(frames.length * 0.99)])}, longest ${ms(frames.at(-1))}`);
  await context.close();
  await server.end();
});
