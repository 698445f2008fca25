// Prints free ports for Kafka, PostgreSQL, Redis, and the first of three more brokers. They are below the ports that the system gives to
// outgoing connections, so that none of them is taken before it is used. A broker's controller has the next port; brokers are ten apart.

import { createServer } from "node:net";

const FROM = 20_000;
const TO = 30_000;
const TRIES = 100;

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** Returns a port for which all ports at the given distances are free and not taken yet. */
async function find(taken, steps) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const first = FROM + Math.floor(Math.random() * (TO - FROM - 100));
    const ports = steps.map((step) => first + step);
    if (ports.some((port) => taken.has(port))) continue;
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
      ports.forEach((port) => taken.add(port));
      return first;
    }
  }
  throw new Error(`no ports are free between ${FROM} and ${TO}`);
}

const taken = new Set();
const found = [];
for (const steps of [[0, 1], [0], [0], [0, 1, 10, 11, 20, 21]]) found.push(await find(taken, steps));
console.log(found.join(" "));
