// A client of the HTTP API.

import { randomBytes } from "node:crypto";
import { PASSWORD } from "./people.ts";

/** A UUIDv7. */
export function messageId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

type Event = { pos: number; body?: string; [key: string]: unknown };

export class Program {
  private constructor(
    readonly origin: string,
    readonly name: string,
    private token: string,
  ) {}

  static async signUp(origin: string, name: string, displayName = name): Promise<Program> {
    const session = await call(origin, "POST", "/accounts", { name, password: PASSWORD, display_name: displayName });
    return new Program(origin, name, session.access_token);
  }

  /** Creates a channel; returns its path. */
  async createsChannel(name: string, topic = ""): Promise<string> {
    const channel = await this.call("POST", "/channels", { name, topic });
    return `/c/${channel.id}`;
  }
  /** The path of the hall. */
  async hall(): Promise<string> {
    const { items } = await this.call("GET", "/channels?joined=true");
    return `/c/${items.find((channel: { kind: string }) => channel.kind === "hall").id}`;
  }
  async joins(path: string): Promise<void> {
    await this.call("PUT", `/channels${path.slice(2)}/membership`);
  }
  async says(path: string, body: string): Promise<void> {
    await this.call("POST", `/channels${path.slice(2)}/messages`, { id: messageId(), body });
  }
  /** The newest texts, oldest first. */
  async reads(path: string): Promise<string[]> {
    const page = await this.call("GET", `/channels${path.slice(2)}/messages?limit=100`);
    return page.events.flatMap((event: Event) => (typeof event.body === "string" ? [event.body] : []));
  }

  /** The subprotocols that authenticate a socket where headers cannot be set. */
  get protocols(): string[] {
    return ["jimmy.v1", `bearer.${this.token}`];
  }

  private call(method: string, path: string, body?: unknown): Promise<any> {
    return call(this.origin, method, path, body, { authorization: `Bearer ${this.token}` });
  }
}

async function call(origin: string, method: string, path: string, body?: unknown, more = {}): Promise<any> {
  const headers = { ...more, ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const response = await fetch(`${origin}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}
