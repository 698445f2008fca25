// What goes wrong in a browser without anybody seeing it. A test that has not forgiven it beforehand fails.

import type { BrowserContext, Page } from "@playwright/test";

/** What a browser says of a server that is not there, or goes while it is being asked. */
export const GONE = new RegExp(
  ["INTERNET_DISCONNECTED", "CONNECTION_REFUSED", "CONNECTION_RESET", "EMPTY_RESPONSE", "SOCKET_NOT_CONNECTED"]
    .map((code) => `ERR_${code}`)
    .concat("Connection closed before receiving a handshake response")
    .join("|"),
);

export class Watch {
  private complaints: string[] = [];
  private forgiven: RegExp[] = [];
  private pages: Page[] = [];

  constructor(context: BrowserContext) {
    context.on("page", (page) => this.over(page));
  }

  /** From here on such a complaint is no surprise. */
  forgive(pattern: RegExp): void {
    this.forgiven.push(pattern);
  }

  /** All that has gone wrong and was not forgiven. */
  async end(): Promise<string[]> {
    // A turn of each page, so that what it has reported by now is here.
    await Promise.all(this.pages.filter((page) => !page.isClosed()).map((page) => page.evaluate(() => 0)));
    return this.complaints.splice(0);
  }

  private complain(text: string): void {
    if (!this.forgiven.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  private over(page: Page): void {
    this.pages.push(page);
    page.on("console", (message) => {
      const kind = message.type();
      // Violations of the policy and failures of hydration are reported here, too.
      if (kind === "error" || kind === "warning" || kind === "assert") {
        this.complain(`console ${kind}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.complain(`page error: ${error.message}`));
    page.on("crash", () => this.complain("the page has crashed"));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "?";
      // The person has gone to another page meanwhile.
      if (why !== "net::ERR_ABORTED") this.complain(`request failed: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.complain(`status ${response.status()}: ${response.url()}`);
    });
  }
}
