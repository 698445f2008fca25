#!/usr/bin/env bash
# Runs the tests in Rust, given services: first all of them, then those of the API once more, with users on two servers that share
# PostgreSQL, Kafka and Redis.
#
#   scripts/stack.sh test scripts/rust-tests.sh PROFILE
set -euo pipefail
cd "$(dirname "$0")/.."

# Slots for tests; .config/nextest.toml says which tests take one and which take two.
places=$((2 * $(nproc)))
cargo nextest run --profile "$1" --test-threads "$places"

# Left out: tests of files and of the start and end of a process; tests of what a server says at the same moment (presence), or of
# itself (metrics).
on_files='test(/^(alone|backup|crashes|disk_full|doctor|refusals)::/) or test(last_use_is_stored)'
of_one='test(/^(metrics|presence)::/)'
echo "==> Running the tests of the API on two servers"
JIMMY_TEST_ON_STACK=1 cargo nextest run --profile "$1" --test-threads "$places" --package server --test api -E "not ($on_files or $of_one)"

[ ! -e server/data ] || { echo "A test has left server/data behind." >&2; exit 1; }
