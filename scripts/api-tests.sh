#!/usr/bin/env bash
# Sends thousands of valid and invalid requests to every HTTP call and compares each response with the server's own OpenAPI
# document. It starts a server of its own, on a free port, with an empty data folder that is removed afterwards. The checks, and why
# some are left out: tools/protocol-tests/schemathesis.toml.
#
#   scripts/api-tests.sh [ARGUMENTS OF SCHEMATHESIS RUN]
set -euo pipefail
cd "$(dirname "$0")/.."

# Fewer requests would mean that the test does not work.
calls_min=2000

work=$(mktemp -d)
unset JIMMY_PUBLIC_URL
RUST_LOG=warn target/debug/jimmy-chat --listen 127.0.0.1:0 --data "$work/data" --no-rate-limits \
    >"$work/said" 2>"$work/log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
url=
for _ in $(seq 100); do
    url=$(sed -n 's/^Jimmy Chat is at //p' "$work/said")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
[ -n "$url" ] || { echo "The server has not printed its address." >&2; exit 1; }

token=$(.tools/py/bin/python tools/protocol-tests/somebody.py "$url")
.tools/py/bin/schemathesis --config-file tools/protocol-tests/schemathesis.toml run "$url/api/openapi.json" \
    --header "Authorization: Bearer $token" --checks all --no-color "$@" | tee "$work/report"

calls=$(sed -n 's/^ *\([0-9]*\) generated.*/\1/p' "$work/report")
[ "${calls:-0}" -ge "$calls_min" ] || { echo "Only ${calls:-0} calls were made, at least $calls_min are expected." >&2; exit 1; }
if [ -s "$work/log" ]; then
    echo "The server has logged warnings:" >&2
    cat "$work/log" >&2
    exit 1
fi
