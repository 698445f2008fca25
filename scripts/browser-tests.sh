#!/usr/bin/env bash
# Runs the browser tests against a server of its own: a free port, an empty data folder that is gone afterwards.
#
#   scripts/browser-tests.sh [ARGUMENTS OF PLAYWRIGHT]
set -euo pipefail
cd "$(dirname "$0")/.."

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')

export JIMMY_DATA=$data JIMMY_LISTEN=127.0.0.1:$port JIMMY_TEST_URL=http://127.0.0.1:$port
export LEPTOS_SITE_ADDR=$JIMMY_LISTEN
export JIMMY_NO_RATE_LIMITS=true # all these people have one address; the limits have tests of their own
export RUST_LOG=warn
export JIMMY_NO_RATE_LIMITS=true # all people of all tests sign up from one address, more than 60 in an hour
export RUST_BACKTRACE=0 RUST_LIB_BACKTRACE=0 # a failed test is no reason for cargo-leptos to print where in its own code it noticed
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
unset JIMMY_PUBLIC_URL
if [ $# -gt 0 ]; then export LEPTOS_END2END_CMD="npx playwright test $*"; fi

rm -rf end2end/results
if ! cargo leptos end-to-end; then
    [ ! -f end2end/results/report.json ] || node scripts/browser-failures.mjs end2end/results/report.json
    exit 1
fi

# It ends well, too, when nothing could be built and so nothing was tested.
grep -qs '"status": "passed"' end2end/results/.last-run.json || { echo "The browser tests have not run." >&2; exit 1; }
