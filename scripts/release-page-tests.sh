#!/usr/bin/env bash
# A few of the browser tests with the page as it is released: optimised, minified, and still the same. The server is the development build, which hands out whatever lies in target/site/pkg.
set -euo pipefail
cd "$(dirname "$0")/.."

data=$(mktemp -d)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export JIMMY_RELEASE_PAGE=1 JIMMY_TEST_URL=http://127.0.0.1:$port JIMMY_NO_RATE_LIMITS=true RUST_LOG=warn
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
target/debug/jimmy-chat --listen "127.0.0.1:$port" --data "$data" &
server=$!
trap 'kill $server; wait $server || true; rm -rf "$data"' EXIT
cd end2end
[ $# -gt 0 ] || set -- tests/two-people.spec tests/unread.spec tests/acts.spec tests/composer-keys.spec
npx playwright test --reporter=line "$@"
