// Prints free ports for Kafka, PostgreSQL, Redis, and the first of three more brokers: below those that the system gives to outgoing
// connections, so that nobody takes one before it is listened on. A broker's controller has the port after it; brokers are ten apart.

import { createServer } from "node:net";

const FROM = 20_000;
const TO = 30_000;
const TRIES = 100;

const isFree = (port) =>
  new Promise((told) => {
    const server = createServer().once("error", () => told(false));
    server.listen(port, "127.0.0.1", () => server.close(() => told(true)));
  });

/** The first port of some that are free and not taken yet, each so far behind the first. */
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
