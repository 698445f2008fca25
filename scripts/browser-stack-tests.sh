#!/usr/bin/env bash
# Runs some of the browser tests on two servers that share PostgreSQL, Kafka and Redis: two users are on different servers.
#
#   scripts/stack.sh test scripts/browser-stack-tests.sh [ARGUMENTS OF PLAYWRIGHT]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
head -c 32 /dev/urandom >"$folder/signing.key"
export JIMMY_DIRECTORY=${JIMMY_TEST_POSTGRES%/*}/browser JIMMY_EVENT_LOG=$JIMMY_TEST_KAFKA/browser
export JIMMY_ARCHIVE=$JIMMY_DIRECTORY
export JIMMY_RECENT="$JIMMY_TEST_REDIS?prefix=browser" JIMMY_EPHEMERAL="$JIMMY_TEST_REDIS?prefix=browser"
export JIMMY_SIGNING_KEY_FILE=$folder/signing.key JIMMY_NO_RATE_LIMITS=true RUST_LOG=warn
psql -qtA "$JIMMY_TEST_POSTGRES" -c "CREATE DATABASE browser"

servers=()
trap 'kill "${servers[@]}" 2>/dev/null; wait "${servers[@]}" || true; rm -rf "$folder"' EXIT
address() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log("127.0.0.1:" + s.address().port); s.close(); })'; }
serve() { # NAME ADDRESS
    target/debug/jimmy-chat --name "$1" --listen "$2" &
    servers+=($!)
    until (exec 3<>"/dev/tcp/${2/:/\/}") 2>/dev/null; do kill -0 $! && sleep 0.1; done
}
a=$(address) b=$(address)
serve a "$a"
serve b "$b"

export JIMMY_TEST_URL=http://$a JIMMY_TEST_URL_OTHER=http://$b
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
cd end2end
[ $# -gt 0 ] || set -- tests/two-people.spec tests/unread.spec tests/channels.spec tests/presence.spec tests/history.spec
npx playwright test --reporter=line "$@"
