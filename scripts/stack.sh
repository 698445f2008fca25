#!/usr/bin/env bash
# Kafka, PostgreSQL and Redis on this machine, from packages.
#
#   scripts/stack.sh install            installs them
#   scripts/stack.sh up                 starts them in .stack/, for trials; prints their addresses, and writes the settings of a
#                                       server for them to .stack/env
#   scripts/stack.sh run [ARGS]         runs two servers on them, at 127.0.0.1:3000 and :3001; Ctrl+C stops both
#   scripts/stack.sh down               stops them; their data stays in .stack/
#   scripts/stack.sh test COMMAND...    runs a command with services of its own, which start empty and stop with it
set -euo pipefail
cd "$(dirname "$0")/.."

# Ports for trials; the tests take free ones, so that both can run at once.
KAFKA=19092 POSTGRES=15432 REDIS=16379
DATABASE=jimmy

services() { # up|stop FOLDER KAFKA_PORT POSTGRES_PORT REDIS_PORT
    scripts/stack/postgres.sh "$1" "$2/postgres" "$4"
    scripts/stack/redis.sh "$1" "$2/redis" "$5"
    if [ "$1" = up ]; then scripts/stack/kafka.sh up "$2/kafka" 1 "$3"; else scripts/stack/kafka.sh stop "$2/kafka"; fi
}

# Runs two servers and puts the name of each in front of its lines. A server that ends before it was ready stops the other one;
# later, the other one continues.
run() { # ARGS
    local -A ports=([a]=3000 [b]=3001) pids=() prefixes=()
    local name code failed=0 stopped=''
    trap 'stopped=130; end' INT
    trap 'stopped=143; end' TERM HUP
    for name in a b; do serve "$name" "$@"; done
    while [ -z "$stopped" ] && [ ${#pids[@]} -gt 0 ]; do
        wait -n "${pids[@]}" 2>/dev/null || true # without the message of bash about a killed process
        for name in "${!pids[@]}"; do
            [ -z "$stopped" ] && ! kill -0 "${pids[$name]}" 2>/dev/null || continue
            code=0
            wait "${pids[$name]}" 2>/dev/null || code=$?
            unset "pids[$name]"
            [ "$failed" != 0 ] || failed=$code
            say_ended "$name" "$code" "$@"
        done
    done
    end
    gone "${pids[@]}" ${prefixes[@]}
    exit "${stopped:-$failed}"
}

end() { [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; }

# Waits until they have ended, although a signal may interrupt.
gone() { # PID...
    local pid
    for pid in "$@"; do while kill -0 "$pid" 2>/dev/null; do wait "$pid" || true; done; done
}

serve() { # NAME ARGS: the server itself is the child, so that it gets the signals; its first line is its address
    local name=$1 out err
    shift
    exec {out}> >(trap '' INT TERM HUP; exec sed -u -e "s/^/$name| /" -e "w .stack/$name.said")
    prefixes[$name]=$!
    exec {err}> >(trap '' INT TERM HUP; exec sed -u "s/^/$name| /" >&2)
    prefixes[$name]+=" $!"
    target/debug/jimmy-chat --name "$name" --listen "127.0.0.1:${ports[$name]}" "$@" >&"$out" 2>&"$err" {out}>&- {err}>&- &
    pids[$name]=$!
    exec {out}>&- {err}>&-
}

say_ended() { # NAME CODE ARGS
    local name=$1 code=$2 other=${!pids[*]} command
    shift 2
    gone ${prefixes[$name]} # its last lines are printed first
    if [ -z "$other" ]; then
        echo "Server $name has ended ($code), and no other one runs here."
    elif [ ! -s ".stack/$name.said" ]; then
        echo "Server $name has ended ($code) before it was ready; $other stops with it."
        stopped=$code
    else
        command=$(printf '%q ' target/debug/jimmy-chat --name "$name" --listen "127.0.0.1:${ports[$name]}" "$@")
        echo "Server $name has ended ($code); $other continues. Start it again, in another terminal, with:"
        echo "    cd $(printf %q "$PWD") && . .stack/env && ${command% }"
    fi
}

case ${1:-} in
install)
    for service in postgres redis kafka; do "scripts/stack/$service.sh" install; done
    ;;
up)
    services up .stack $KAFKA $POSTGRES $REDIS
    admin="postgres://postgres@127.0.0.1:$POSTGRES/postgres"
    if ! psql -qtA "$admin" -c "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'" | grep -q 1; then
        psql -qtA "$admin" -c "CREATE DATABASE $DATABASE"
    fi
    [ -e .stack/signing.key ] || (umask 077 && head -c 32 /dev/urandom >.stack/signing.key)
    # The settings of a server on them; `run` reads them from here.
    (umask 077 && cat >.stack/env.new) <<SETTINGS
export JIMMY_DIRECTORY=postgres://postgres@127.0.0.1:$POSTGRES/$DATABASE
export JIMMY_ARCHIVE=postgres://postgres@127.0.0.1:$POSTGRES/$DATABASE
export JIMMY_EVENT_LOG=kafka://127.0.0.1:$KAFKA/jimmy
export JIMMY_RECENT=redis://127.0.0.1:$REDIS/0
export JIMMY_EPHEMERAL=redis://127.0.0.1:$REDIS/0
export JIMMY_SIGNING_KEY_FILE=$(printf %q "$PWD/.stack/signing.key")
SETTINGS
    mv .stack/env.new .stack/env
    echo "Kafka is at 127.0.0.1:$KAFKA, PostgreSQL at 127.0.0.1:$POSTGRES, Redis at 127.0.0.1:$REDIS; make stack-down stops them."
    echo "\`. .stack/env\` gives a shell these settings, for doctor, migrate or a third server."
    ;;
run)
    shift
    [ -e .stack/env ] || { echo ".stack/env is missing: start the services first, with make stack." >&2; exit 1; }
    . .stack/env
    run "$@"
    ;;
down)
    services stop .stack $KAFKA $POSTGRES $REDIS
    ;;
test)
    shift
    # Not in target/: PostgreSQL runs as its own user, who may not enter the folder of this repository.
    folder=$(mktemp -d)
    chmod 755 "$folder"
    read -r kafka postgres redis brokers < <(node scripts/stack/ports.mjs)
    # A service that does not stop in time reports that, and leaves the exit code of the command alone.
    trap 'services stop "$folder" "$kafka" "$postgres" "$redis" || true; scripts/stack/kafka.sh stop "$folder/brokers" || true; rm -rf "$folder" || true' EXIT
    services up "$folder" "$kafka" "$postgres" "$redis"
    export JIMMY_TEST_KAFKA=kafka://127.0.0.1:$kafka
    export JIMMY_TEST_POSTGRES=postgres://postgres@127.0.0.1:$postgres/postgres
    export JIMMY_TEST_REDIS=redis://127.0.0.1:$redis/0
    # Three more brokers, for the tests that kill some.
    export JIMMY_TEST_BROKERS_DIR=$folder/brokers JIMMY_TEST_BROKERS_PORT=$brokers
    "$@"
    ;;
*)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
    exit 2
    ;;
esac
