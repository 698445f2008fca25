#!/usr/bin/env bash
# The tests in Rust, given services: first all of them, then those of the API once more, with people on two servers that share
# PostgreSQL, Kafka and Redis.
#
#   scripts/stack.sh test scripts/rust-tests.sh PROFILE
set -euo pipefail
cd "$(dirname "$0")/.."

# Places for tests; .config/nextest.toml says which take one and which two.
places=$((2 * $(nproc)))
cargo nextest run --profile "$1" --test-threads "$places"

# Not these: what is kept in files and how a process starts and ends; what only one server says in the same moment (who is there), or
# of itself.
on_files='test(/^(alone|backup|crashes|disk_full|doctor|refusals)::/) or test(the_use_of_a_session_is_written_down)'
of_one='test(/^(metrics|presence)::/)'
echo "==> Running the tests of the API on two servers"
JIMMY_TEST_ON_STACK=1 cargo nextest run --profile "$1" --test-threads "$places" --package server --test api -E "not ($on_files or $of_one)"
