// A user who chats through the public protocol, on the server that the proxy chooses, and keeps a channel as a contiguous piece
// (docs/protocol.md, "Rules for clients"). For tools/containers/users.mjs.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** How long any one call of HTTP may take. */
const CALL_MS = 35_000;
/** How long a socket may take to open. */
const OPEN_MS = 10_000;
/** After so long without an answer a message is sent again. */
const ANSWER_MS = 6_000;
/** The longest pause between two attempts to connect. */
const PAUSE_MAX_MS = 5_000;

/** A UUIDv7, as a message's id has to be. */
export function messageId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Waits until `is` gives something, and gives it; otherwise fails with the sentence. */
export async function until(is, seconds, sentence) {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await is();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${sentence}, after ${seconds} seconds`);
    await sleep(50);
  }
}

export class User {
  /** Events of the channel, from the first one on, without a gap. */
  events = [];
  /** The answers of servers to `resume`: which one it was, and how the connection ended. */
  connections = [];
  #open = false;
  #ended = false;
  #pending = null;

  constructor(url, name, home) {
    Object.assign(this, { url, name, home });
  }

  /** Makes one HTTP call, with more headers if given, and returns the JSON of its answer. */
  async call(method, path, body, more = {}) {
    const headers = { "content-type": "application/json", ...more };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }

  async register(password) {
    this.token = (await this.call("POST", "/accounts", { name: this.name, password })).access_token;
    await this.#arrive();
  }

  async logIn(password) {
    this.token = (await this.call("POST", "/sessions", { name: this.name, password })).access_token;
    await this.#arrive();
  }

  /** Logs in once more, pretending to come from another address. Returns the addresses of all sessions, which the server has recorded. */
  async addressesAfterForgery(password, address) {
    await this.call("POST", "/sessions", { name: this.name, password }, { "x-forwarded-for": address });
    return (await this.call("GET", "/sessions")).items.map((session) => session.address);
  }

  async #arrive() {
    const { items } = await this.call("GET", "/channels?joined=true");
    this.channel = items.find((channel) => channel.kind === "hall").id;
  }

  /** Every event of the channel after a place, by HTTP. */
  async history(after = 0) {
    const events = [];
    for (;;) {
      const page = await this.call("GET", `/channels/${this.channel}/messages?after=${after}&limit=100`);
      events.push(...page.events);
      after = page.to;
      if (!page.has_newer) return events;
    }
  }

  /** Stays connected until `leave`, wherever that is possible. */
  async stay() {
    this.events = await this.history();
    this.living = this.#live();
    await until(() => this.#open, 30, `${this.name} has no socket`);
  }

  async leave() {
    this.#ended = true;
    this.socket?.close(1000);
    await this.living;
  }

  get #last() {
    return this.events.at(-1)?.pos ?? 0;
  }

  async #live() {
    for (let attempt = 0; !this.#ended; attempt++) {
      const connection = { server: null, bye: null, code: null };
      await this.#connection(connection);
      this.#open = false;
      if (connection.server) {
        this.connections.push(connection);
        attempt = 0;
      }
      if (!this.#ended) await sleep(connection.bye ? connection.bye * 1_000 : Math.random() * Math.min(500 * 2 ** attempt, PAUSE_MAX_MS));
    }
  }

  /** One socket, from its opening to its end. */
  #connection(connection) {
    const address = `${this.url.replace(/^http/, "ws")}/ws?server=${this.home}`;
    const socket = new WebSocket(address, ["jimmy.v1", `bearer.${this.token}`]);
    this.socket = socket;
    let turn = Promise.resolve();
    return new Promise((resolve) => {
      const end = (code) => {
        clearTimeout(opening);
        connection.code = code;
        turn.then(resolve);
      };
      // Without this a socket whose other end is gone before it opens would be waited for forever.
      const opening = setTimeout(() => end(null), OPEN_MS);
      socket.onopen = () => {
        clearTimeout(opening);
        socket.send(JSON.stringify({ type: "resume", since: { [this.channel]: this.#last } }));
      };
      // One frame after the other: one of them may have to load what is missing.
      socket.onmessage = ({ data }) => {
        turn = turn.then(() => this.#hear(JSON.parse(data), connection)).catch((error) => {
          console.error(`${this.name}: ${error.message}`);
          socket.close();
        });
      };
      socket.onclose = ({ code }) => end(code);
      // Node.js tells no close of a socket that has not opened.
      socket.onerror = () => socket.readyState === WebSocket.OPEN || end(null);
    });
  }

  async #hear(frame, connection) {
    if (frame.type === "welcome") {
      connection.server = this.server = frame.server;
      this.#open = true;
      this.#send();
    } else if (frame.type === "bye") connection.bye = frame.retry_after;
    else if (frame.type === "event" && frame.channel === this.channel) await this.#take(frame);
    else if (frame.type === "reset" && frame.channel === this.channel) this.events.push(...(await this.history(this.#last)));
    else if (frame.type === "ack" && frame.id === this.#pending?.id) this.#pending.resolve(frame.pos);
    else if (frame.type === "nack" && frame.id === this.#pending?.id) {
      if (frame.final) this.#pending.reject(new Error(`${this.name} is refused: ${frame.code}`));
      else setTimeout(() => this.#send(), (frame.retry_after ?? 1) * 1_000);
    }
  }

  async #take(event) {
    if (event.pos <= this.#last) return;
    if (event.prev === this.#last) this.events.push(event);
    else this.events.push(...(await this.history(this.#last)));
  }

  #send() {
    if (!this.#pending || !this.#open) return;
    const { id, body } = this.#pending;
    const retry = this.#pending.attempts++ > 0;
    this.socket.send(JSON.stringify({ type: "send", channel: this.channel, id, body, retry }));
  }

  /** Says something, as often as it takes, and gives `{id, body, pos}` as acknowledged. */
  async say(body, seconds = 90) {
    const id = messageId();
    let timers = [];
    try {
      const pos = await new Promise((resolve, reject) => {
        this.#pending = { id, body, attempts: 0, resolve, reject };
        const late = new Error(`${this.name} has no ack for ${JSON.stringify(body)} after ${seconds} seconds`);
        timers = [setInterval(() => this.#send(), ANSWER_MS), setTimeout(() => reject(late), seconds * 1_000)];
        this.#send();
      });
      return { id, body, pos };
    } finally {
      timers.forEach(clearTimeout);
      this.#pending = null;
    }
  }

  /** Waits until a message has been heard on the socket, or loaded after a gap. */
  async hears(said, seconds = 60) {
    await until(() => this.events.some((event) => event.id === said.id), seconds, `${this.name} has not heard ${JSON.stringify(said.body)}`);
  }
}
