// A server with the story told on it, and the reader's browser before it.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Browser, type BrowserContextOptions } from "@playwright/test";
import { OwnServer } from "../tests/own-server.ts";
import { PASSWORD, Person } from "../tests/people.ts";
import { Program } from "../tests/program.ts";
import { Watch } from "../tests/watch.ts";
import { Wire } from "../tests/wire.ts";
import type { Line, Story } from "./story.ts";

/** The hour of the day that it is where the reader is: all of the story's today is over by then. */
const HOUR = 14;
const OFFSET = HOUR - new Date().getUTCHours();
/** A time zone of whole hours; the sign of such names is the other way round. */
const ZONE = `Etc/GMT${OFFSET > 0 ? "-" : "+"}${Math.abs(OFFSET)}`;

/** The moment of a day before today and a time of day, where the reader is. */
function moment(day: number, at: string): number {
  const here = new Date(Date.now() + OFFSET * 3_600_000);
  const [hour, minute] = at.split(":").map(Number);
  return Date.UTC(here.getUTCFullYear(), here.getUTCMonth(), here.getUTCDate() - day, hour, minute) - OFFSET * 3_600_000;
}

/** What the pictures of one language and size have in common. */
export class Workspace {
  readonly paths: Record<string, string> = {};
  private people: Record<string, Program> = {};

  private constructor(
    readonly server: OwnServer,
    readonly story: Story,
  ) {}

  static async of(story: Story): Promise<Workspace> {
    const workspace = new Workspace(await OwnServer.start(), story);
    await workspace.tell();
    return workspace;
  }

  says(channel: string, who: string, text: string): Promise<void> {
    return this.people[who].says(this.paths[channel], text);
  }

  private async tell(): Promise<void> {
    const { server, story, people, paths } = this;
    for (const [key, { name, shown }] of Object.entries(story.people)) people[key] = await Program.signUp(server.origin, name, shown);
    const times: Record<string, number[]> = {};
    for (const [key, channel] of Object.entries(story.channels)) {
      const first = channel.lines[0]?.[2] ?? "jun";
      const path = (paths[key] = key === "hall" ? await people.me.hall() : await people[first].createsChannel(channel.name, channel.topic));
      const here = new Set(key === "hall" ? Object.keys(people) : [first]);
      const joins = async (who: string) => void (here.has(who) || (here.add(who), await people[who].joins(path)));
      if (!channel.not_joined) await joins("me");
      for (const [, , who, text] of channel.lines as Line[]) {
        await joins(who);
        if (text !== true) await people[who].says(path, text);
      }
      if (channel.lines.length > 0) {
        times[path.slice(3)] = channel.lines.filter(([, , , text]) => text !== true).map(([day, at]) => moment(day, at));
      }
    }
    await server.stop();
    const script = fileURLToPath(new URL("backdate.py", import.meta.url));
    const done = spawnSync("python3", [script, join(server.data, "jimmy.db")], { input: JSON.stringify(times), encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${script}: ${done.error ?? done.stderr}`);
    await server.startAgain();
  }
}

/** One state: a browser of its own, so that nothing of another state is in it. */
export class Scene {
  private isWelcome = false;

  private constructor(
    readonly workspace: Workspace,
    readonly me: Person,
    readonly wire: Wire,
  ) {}

  static async of(workspace: Workspace, browser: Browser, looks: BrowserContextOptions, options: { loggedIn: boolean }): Promise<Scene> {
    const { server, story } = workspace;
    const context = await browser.newContext({ ...looks, timezoneId: ZONE, reducedMotion: "reduce" });
    const wire = await Wire.of(context);
    const me = new Person(story.people.me.name, server.origin, context, await context.newPage(), new Watch(context), looks.locale!);
    if (options.loggedIn) await me.submits("log_in", { name: me.name, password: PASSWORD });
    const scene = new Scene(workspace, me, wire);
    wire.in = (frame) => ((scene.isWelcome ||= frame.type === "welcome"), true);
    return scene;
  }

  get story(): Story {
    return this.workspace.story;
  }
  path(channel: string): string {
    return this.workspace.paths[channel];
  }
  /** Opens a channel of the story, with news in others. */
  opens(channel: string, query = ""): Promise<void> {
    return this.opensAt(this.path(channel) + query);
  }
  async opensAt(path: string): Promise<void> {
    await this.me.opens(path);
    await expect.poll(() => this.isWelcome).toBe(true);
    for (const [other, who, text] of this.story.news) await this.workspace.says(other, who, text);
    await expect(this.me.sidebar.locator(".ch.unread")).not.toHaveCount(0);
  }
  /** With the button, as on a phone, where Enter breaks the line. */
  async sends(text: string): Promise<void> {
    await this.me.composer.fill(text);
    await this.me.button(this.me.words.send).click();
  }
  /** A page on which no program is waited for. */
  async goes(path: string): Promise<void> {
    await this.me.page.goto(this.me.origin + path);
  }
}
