#!/usr/bin/env bash
# The services of a cluster on this machine, the real ones, from packages.
#
#   scripts/stack.sh up                 Kafka, PostgreSQL and Redis in .stack/, for trials; says their addresses
#   scripts/stack.sh run [ARGS]         two servers on them, on 127.0.0.1:3000 and :3001; Ctrl+C ends both
#   scripts/stack.sh down               ends everything; what they keep stays in .stack/
#   scripts/stack.sh test COMMAND...    runs a command with services of its own, which begin empty and end with it
set -euo pipefail
cd "$(dirname "$0")/.."

# Ports of the trials; the tests take free ones, so that both can go on at once.
KAFKA=19092 POSTGRES=15432 REDIS=16379
DATABASE=jimmy

services() { # up|stop FOLDER KAFKA_PORT POSTGRES_PORT REDIS_PORT
    scripts/stack/postgres.sh "$1" "$2/postgres" "$4"
    scripts/stack/redis.sh "$1" "$2/redis" "$5"
    if [ "$1" = up ]; then scripts/stack/kafka.sh up "$2/kafka" 1 "$3"; else scripts/stack/kafka.sh stop "$2/kafka"; fi
}

case ${1:-} in
up)
    services up .stack $KAFKA $POSTGRES $REDIS
    admin="postgres://postgres@127.0.0.1:$POSTGRES/postgres"
    if ! psql -qtA "$admin" -c "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'" | grep -q 1; then
        psql -qtA "$admin" -c "CREATE DATABASE $DATABASE"
    fi
    [ -e .stack/signing.key ] || (umask 077 && head -c 32 /dev/urandom >.stack/signing.key)
    echo "Kafka is at 127.0.0.1:$KAFKA, PostgreSQL at 127.0.0.1:$POSTGRES, Redis at 127.0.0.1:$REDIS; make stack-down ends them."
    ;;
run)
    shift
    export JIMMY_DIRECTORY=postgres://postgres@127.0.0.1:$POSTGRES/$DATABASE
    export JIMMY_ARCHIVE=$JIMMY_DIRECTORY
    export JIMMY_EVENT_LOG=kafka://127.0.0.1:$KAFKA/jimmy
    export JIMMY_RECENT=redis://127.0.0.1:$REDIS/0 JIMMY_EPHEMERAL=redis://127.0.0.1:$REDIS/0
    export JIMMY_SIGNING_KEY_FILE=.stack/signing.key
    target/debug/jimmy-chat --name a --listen 127.0.0.1:3000 "$@" &
    target/debug/jimmy-chat --name b --listen 127.0.0.1:3001 "$@" &
    trap 'kill $(jobs -p) 2>/dev/null; wait' INT TERM
    # The first that ends takes the other along.
    wait -n || failed=$?
    kill $(jobs -p) 2>/dev/null || true
    wait || true
    exit "${failed:-0}"
    ;;
down)
    services stop .stack $KAFKA $POSTGRES $REDIS
    ;;
test)
    shift
    # Not in target/: PostgreSQL has a user of its own, who may not be let into where this repository lies.
    folder=$(mktemp -d)
    chmod 755 "$folder"
    read -r kafka postgres redis brokers < <(node scripts/stack/ports.mjs)
    # A service that does not end in time says so, and changes nothing of how the command has ended.
    trap 'services stop "$folder" "$kafka" "$postgres" "$redis" || true; scripts/stack/kafka.sh stop "$folder/brokers" || true; rm -rf "$folder" || true' EXIT
    services up "$folder" "$kafka" "$postgres" "$redis"
    export JIMMY_TEST_KAFKA=kafka://127.0.0.1:$kafka
    export JIMMY_TEST_POSTGRES=postgres://postgres@127.0.0.1:$postgres/postgres
    export JIMMY_TEST_REDIS=redis://127.0.0.1:$redis/0
    # Three brokers of their own, for the tests that kill some.
    export JIMMY_TEST_BROKERS_DIR=$folder/brokers JIMMY_TEST_BROKERS_PORT=$brokers
    "$@"
    ;;
*)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
    exit 2
    ;;
esac
