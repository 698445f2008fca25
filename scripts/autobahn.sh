#!/usr/bin/env bash
# Tests the WebSocket library of the server, in an echo server, against RFC 6455: the cases of the Autobahn test suite, run by kosoku.
# target/autobahn holds a report of each case.
#
#   scripts/autobahn.sh [ARGUMENTS OF KOSOKU]
set -euo pipefail
cd "$(dirname "$0")/.."

# The largest message of the cases 9.*; the chat's own limit is 256 KiB.
bytes_max=$((16 * 1024 * 1024))
# Cases 12 and 13 test compression, which the server never agrees to.
left_out=(--exclude '12.*' --exclude '13.*')

log=$(mktemp)
target/debug/examples/echo 127.0.0.1:0 "$bytes_max" >"$log" &
echo=$!
trap 'kill "$echo" 2>/dev/null; rm -f "$log"' EXIT
for _ in $(seq 100); do
    address=$(sed -n 's|^An echo is at ws://||p' "$log")
    [ -z "$address" ] || break
    kill -0 "$echo" 2>/dev/null || { echo "The echo server has not started." >&2; exit 1; }
    sleep 0.1
done
[ -n "$address" ] || { echo "The echo server has not printed its address." >&2; exit 1; }

rm -rf target/autobahn
.tools/py/bin/kosoku "$address" "${left_out[@]}" --outdir target/autobahn "$@"
