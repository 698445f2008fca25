// Users, each with a browser of their own.

import { expect, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { Watch } from "./watch.ts";
import { words, type Words } from "./words.ts";

export const PASSWORD = "correct horse battery staple";
/** Longest time until another user sees a message, in milliseconds. */
export const SOON = 15_000;

let counter = 0;
const run = String(Math.floor(Date.now() / 1000) % 1_000_000);

/** A name that is unique on a server that tests share. */
export function unique(name: string): string {
  counter += 1;
  return `${name}-${run}-${process.env.TEST_WORKER_INDEX ?? 0}-${counter}`;
}

export class Person {
  readonly words: Words;

  constructor(
    readonly name: string,
    readonly origin: string,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly watch: Watch,
    readonly locale: string,
  ) {
    this.words = words(locale);
  }

  get composer(): Locator {
    return this.page.locator("#composer");
  }
  get timeline(): Locator {
    return this.page.locator(".timeline");
  }
  get sidebar(): Locator {
    return this.page.locator("nav.sidebar");
  }
  get banner(): Locator {
    return this.page.locator(".banner");
  }
  /** The messages that contain a text. */
  lines(text: string | RegExp): Locator {
    return this.timeline.locator(".msg").filter({ has: this.page.locator(".body", { hasText: text }) });
  }
  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }
  link(name: string): Locator {
    return this.page.getByRole("link", { name, exact: true });
  }

  /** The modal dialog. */
  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }
  /** The texts of all sent messages, from top to bottom; a tab that is behind gets them soon. */
  get said(): Locator {
    return this.timeline.locator(".msg:not(.pending):not(.failed) .body");
  }

  /** Another tab of the same browser, at the same address. */
  async tab(): Promise<Person> {
    const tab = new Person(this.name, this.origin, this.context, await this.context.newPage(), this.watch, this.locale);
    await tab.opens(new URL(this.page.url()).pathname);
    return tab;
  }

  /** Opens a page and waits until it is hydrated. */
  async opens(path: string): Promise<void> {
    await this.page.goto(this.origin + path);
    await this.isAlive();
  }
  async reloads(): Promise<void> {
    await this.page.reload();
    await this.isAlive();
  }
  async isAlive(): Promise<void> {
    await expect(this.page.locator("html")).toHaveAttribute("data-alive", "");
  }

  async says(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }
  /** Expects one message with this text in view, soon. */
  async sees(text: string, timeout = SOON): Promise<void> {
    await expect(this.lines(text)).toHaveCount(1, { timeout });
    await expect(this.lines(text)).toBeInViewport({ timeout });
  }

  async fillsDoor(name: string, password: string): Promise<void> {
    await this.page.getByLabel(this.words.account, { exact: true }).fill(name);
    await this.page.getByLabel(this.words.password, { exact: true }).fill(password);
  }
  async logsIn(password = PASSWORD): Promise<void> {
    await this.fillsDoor(this.name, password);
    await this.button(this.words.logIn).click();
  }
  /** Creates a channel with the page's form; returns its path. */
  async createsChannel(name: string, topic = ""): Promise<string> {
    await this.page.goto(`${this.origin}/channels/new`);
    await this.page.getByLabel(this.words.name, { exact: true }).fill(name);
    await this.page.getByLabel(this.words.topic).fill(topic);
    await this.button(this.words.create).click();
    await this.page.waitForURL(/\/c\/\w+$/);
    return new URL(this.page.url()).pathname;
  }
  /** Sends a form without its page; returns the address that it leads to. */
  async submits(form: string, fields: Record<string, string>): Promise<string> {
    const headers = { origin: this.origin, accept: "text/html" };
    const response = await this.context.request.post(`${this.origin}/do/${form}`, { form: fields, headers, maxRedirects: 0 });
    expect(response.status()).toBe(302);
    const to = new URL(response.headers()["location"], this.origin);
    return to.origin === this.origin ? to.pathname : to.href;
  }
}

export type Looks = BrowserContextOptions & { origin?: string };
