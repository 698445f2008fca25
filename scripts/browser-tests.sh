#!/usr/bin/env bash
# Runs the browser tests against a server of their own: a free port, and an empty data folder that is removed afterwards. The server
# hands out what is in target/site/pkg.
#
#   scripts/browser-tests.sh [ARGUMENTS OF PLAYWRIGHT]
set -euo pipefail
cd "$(dirname "$0")/.."

data=$(mktemp -d)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export JIMMY_TEST_URL=http://127.0.0.1:$port
export JIMMY_NO_RATE_LIMITS=true # all users of all tests have one address, and the limits have tests of their own
export RUST_LOG=warn
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
unset JIMMY_PUBLIC_URL

target/debug/jimmy-chat --listen "127.0.0.1:$port" --data "$data" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" || true; rm -rf "$data"' EXIT

rm -rf end2end/results
if ! (cd end2end && npx playwright test "$@"); then
    [ ! -f end2end/results/report.json ] || node scripts/browser-failures.mjs end2end/results/report.json
    exit 1
fi

# Playwright also succeeds if its arguments match no test.
grep -qs '"status": "passed"' end2end/results/.last-run.json || { echo "No browser test has run." >&2; exit 1; }
