// The fixtures of the tests: `people`, and servers of a test's own that it may stop.

import { test as base, expect, type Browser } from "@playwright/test";
import { OwnServer } from "./own-server.ts";
import { PASSWORD, Person, unique, type Looks } from "./people.ts";
import { Program } from "./program.ts";
import { Watch } from "./watch.ts";

export class People {
  private all: Person[] = [];
  private servers: OwnServer[] = [];

  constructor(
    private browser: Browser,
    readonly origin: string,
    /** A second server of the same cluster, if there is one: every other user is on it. */
    private other = process.env.JIMMY_TEST_URL_OTHER,
  ) {}

  private nextOrigin(): string {
    return this.other && this.all.length % 2 === 1 ? this.other : this.origin;
  }

  /** A new browser without a session. */
  async stranger(name: string, looks: Looks = {}): Promise<Person> {
    const { origin = this.nextOrigin(), ...options } = looks;
    const context = await this.browser.newContext({ locale: "en-US", ...options });
    const watch = new Watch(context);
    // With scripts disabled the browser does not use what the page preloads.
    if (options.javaScriptEnabled === false) watch.forgive(/(jimmy|chunks)\.js csp$|jimmy\.wasm was preloaded/);
    const person = new Person(unique(name), origin, context, await context.newPage(), watch, options.locale ?? "en-US");
    this.all.push(person);
    return person;
  }

  /** Signs up with the form, and is in the hall. */
  async signUp(name: string, looks: Looks = {}): Promise<Person> {
    const person = await this.stranger(name, looks);
    await person.page.goto(`${person.origin}/sign-up`);
    await person.fillsDoor(person.name, PASSWORD);
    await person.button(person.words.signUp).click();
    await person.page.waitForURL(/\/(c\/\w+|set-up)$/);
    // The first user of a server sets up the workspace.
    if (person.page.url().endsWith("/set-up")) await person.button(person.words.begin).click();
    await person.page.waitForURL(/\/c\/\w+$/);
    return person;
  }

  /** Signs up by the API, for tests of something else; no page is open yet. */
  async member(name: string, looks: Looks = {}): Promise<Person> {
    const person = await this.stranger(name, looks);
    await person.submits("sign_up", { name: person.name, password: PASSWORD });
    return person;
  }

  /** The same user in another browser. */
  async elsewhere(person: Person, looks: Looks = {}): Promise<Person> {
    const other = await this.stranger("-", { origin: person.origin, ...looks });
    Object.assign(other, { name: person.name });
    await other.submits("log_in", { name: person.name, password: PASSWORD });
    return other;
  }

  /** A client of the HTTP API. */
  program(name: string, origin = this.origin, displayName?: string): Promise<Program> {
    return Program.signUp(origin, unique(name), displayName);
  }

  /** A server that is stopped after the last browser. */
  async server(): Promise<OwnServer> {
    const server = await OwnServer.start();
    this.servers.push(server);
    return server;
  }

  async end(): Promise<void> {
    const complaints = await Promise.all(this.all.map((person) => person.watch.end()));
    await Promise.all(this.all.map((person) => person.context.close()));
    await Promise.all(this.servers.map((server) => server.end()));
    expect(complaints.flat(), "what the browsers complained of").toEqual([]);
  }
}

type Fixtures = { people: People; ownServer: OwnServer };

export const test = base.extend<Fixtures>({
  people: async ({ browser, baseURL }, use) => {
    const people = new People(browser, baseURL!);
    await use(people);
    await people.end();
  },
  ownServer: async ({ people }, use) => use(await people.server()),
});

export { expect };
