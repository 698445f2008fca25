#!/usr/bin/env bash
# Writes .env for compose.yaml: .env.example with random passwords. An existing .env is not changed.
#
#   deploy/passwords.sh [FILE]      FILE instead of .env
set -euo pipefail
cd "$(dirname "$0")/.."

file=${1:-.env}
if [ -e "$file" ]; then
    echo "$file exists and is not changed." >&2
    exit 0
fi
umask 077
# 24 random bytes, as hexadecimal digits, which need no escaping in a URL.
password() { od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n'; }
sed -e "s/^POSTGRES_PASSWORD=$/&$(password)/" -e "s/^REDIS_PASSWORD=$/&$(password)/" .env.example >"$file"
echo "$file was written, with random passwords."
