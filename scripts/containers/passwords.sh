#!/usr/bin/env bash
# Makes .env for compose.yaml: .env.example with a new password in each place. An .env that is there is left alone.
#
#   scripts/containers/passwords.sh [FILE]      FILE instead of .env
set -euo pipefail
cd "$(dirname "$0")/../.."

file=${1:-.env}
if [ -e "$file" ]; then
    echo "$file is there already and is left as it is." >&2
    exit 0
fi
umask 077
# 24 random bytes, in digits that need no escaping in a URL.
password() { od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n'; }
sed -e "s/^POSTGRES_PASSWORD=$/&$(password)/" -e "s/^REDIS_PASSWORD=$/&$(password)/" .env.example >"$file"
echo "$file is made, with passwords that nobody else has."
