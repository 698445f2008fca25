// Between a page and its server: a test says what passes, and speaks for either of them.

import type { BrowserContext, WebSocketRoute } from "@playwright/test";

type Frame = { type: string; id?: string; body?: string; channel?: string; [key: string]: unknown };

export class Wire {
  /** What a page wants to send: false keeps it back. */
  out: (frame: Frame, wire: Wire) => boolean = () => true;
  /** What a server sends: false keeps it back. */
  in: (frame: Frame, wire: Wire) => boolean = () => true;
  private page?: WebSocketRoute;
  private server?: WebSocketRoute;
  private kept: (() => void)[] = [];

  /** Must be there before the page is opened. */
  static async of(context: BrowserContext): Promise<Wire> {
    const wire = new Wire();
    await context.routeWebSocket(/\/ws/, (page) => {
      const server = page.connectToServer();
      [wire.page, wire.server, wire.kept] = [page, server, []];
      page.onMessage((text) => wire.pass(wire.out, text, () => server.send(text)));
      server.onMessage((text) => wire.pass(wire.in, text, () => page.send(text)));
    });
    return wire;
  }

  /** As if the server had said it. */
  says(frame: Frame): void {
    this.page!.send(JSON.stringify(frame));
  }
  /** The link ends. */
  async cut(code = 1001): Promise<void> {
    await this.page!.close({ code });
    await this.server!.close({ code: 1000 }).catch(() => {});
  }
  /** From here on everything passes, and first of all what was kept back. */
  passes(): void {
    this.out = this.in = () => true;
    this.kept.splice(0).forEach((pass) => pass());
  }

  private pass(may: (frame: Frame, wire: Wire) => boolean, text: string | Buffer, pass: () => void): void {
    if (may(JSON.parse(text.toString()), this)) pass();
    else this.kept.push(pass);
  }
}
