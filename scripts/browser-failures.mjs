// Prints the failed browser tests and their errors as the last lines of a run, where a reader of the log looks first.
//
//   node scripts/browser-failures.mjs REPORT.json

import { readFileSync } from "node:fs";

const LINES_OF_AN_ERROR = 6;

const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, "");
const tests = (suite) => [
  ...(suite.suites ?? []).flatMap(tests),
  ...(suite.specs ?? []).flatMap((spec) => spec.tests.map((test) => ({ ...spec, results: test.results }))),
];

for (const test of tests(JSON.parse(readFileSync(process.argv[2], "utf8")))) {
  const failed = test.results.find((result) => !["passed", "skipped"].includes(result.status));
  if (!failed) continue;
  console.error(`FAILED ${test.file}:${test.line} ${test.title} (${failed.status} after ${failed.duration} ms)`);
  const error = plain(failed.errors?.[0]?.message ?? "").split("\n").filter((line) => line.trim());
  for (const line of error.slice(0, LINES_OF_AN_ERROR)) console.error(`    ${line}`);
}
