#!/usr/bin/env bash
# Checks that the torture program detects faults. Three faults are built into the server and the page on purpose, behind the
# feature `seeded-faults`: with each of them the program must exit with 1 and name the invariant that the fault breaks, and without
# them it must exit with 0 for the same build.
#
#   scripts/torture-faults.sh [ARGUMENTS OF TORTURE]
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# try FAULT EXIT_CODE INVARIANT [ARGS]
try() {
    local fault=$1 due=$2 breaks=$3 status=0
    shift 3
    JIMMY_FAULT=$fault target/faults/torture --binary target/faults/jimmy-chat --seed 1 --seconds 10 --clients 60 --kills 3 \
        --history "$work/history" "$@" >"$work/said" 2>&1 || status=$?
    if [ "$status" != "$due" ] || { [ -n "$breaks" ] && ! grep -qE "^$breaks: " "$work/said"; }; then
        cat "$work/said" >&2
        echo "fault ${fault:-none}: it exited with $status; expected $due${breaks:+ and a line about $breaks}" >&2
        exit 1
    fi
    echo "fault ${fault:-none}: $(grep -oE '^I[0-9]: [0-9]+ in all$' "$work/said" | cut -d: -f1 | paste -sd' ' || true)"
}

try "" 0 "" "$@"
try repeats 1 "I3" "$@"
try durable 1 "I1" "$@"
try prev 1 "I6" "$@"
