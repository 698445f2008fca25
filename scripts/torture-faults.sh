#!/usr/bin/env bash
# Whether the torture program sees what it is there to see. Three faults are built into the server and the page on
# purpose, behind the feature `seeded-faults`: with each of them it has to end with 1 and to name the invariant that the
# fault breaks, and with none of them it has to be content with the same build.
#
#   scripts/torture-faults.sh [ARGUMENTS OF TORTURE]
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fault, how it has to end, the invariants of which one has to be named
try() {
    local fault=$1 due=$2 breaks=$3 status=0
    shift 3
    JIMMY_FAULT=$fault target/faults/torture --binary target/faults/jimmy-chat --seed 1 --seconds 10 --clients 60 --kills 3 \
        --history "$work/history" "$@" >"$work/said" 2>&1 || status=$?
    if [ "$status" != "$due" ] || { [ -n "$breaks" ] && ! grep -qE "^$breaks: " "$work/said"; }; then
        cat "$work/said" >&2
        echo "fault ${fault:-none}: it ended with $status; $due was due${breaks:+, and a word of $breaks}" >&2
        exit 1
    fi
    echo "fault ${fault:-none}: $(grep -oE '^I[0-9]: [0-9]+ in all$' "$work/said" | cut -d: -f1 | paste -sd' ' || true)"
}

try "" 0 "" "$@"
try repeats 1 "I3" "$@"
try durable 1 "I1" "$@"
try prev 1 "I6" "$@"
