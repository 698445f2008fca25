#!/usr/bin/env bash
# A Redis on 127.0.0.1 for the tests and the stack: a cache with a memory limit that writes nothing to the disk.
#
#   scripts/stack/redis.sh install              installs the package
#   scripts/stack/redis.sh up DIR [PORT=6379]   starts it, if it does not run; its log and process id are in DIR
#   scripts/stack/redis.sh stop DIR             stops it in an orderly way
#   scripts/stack/redis.sh kill DIR             kills it with SIGKILL
set -euo pipefail

fail() { echo "$*" >&2; exit 1; }

[ "${1:-}" = install ] || [ $# -ge 2 ] || fail "usage: scripts/stack/redis.sh install | up|stop|kill DIR [PORT]"
command=$1 dir=$(realpath -m "${2:-.}") port=${3:-6379}

need() {
    ! command -v redis-server >/dev/null || return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        fail "Redis is missing: install it (on Debian: apt-get install redis-server)."
    echo "==> Installing Redis (a few seconds)"
    apt-get update -qq
    # In this run level the package starts no service.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null
}

# The process id of the Redis that was started in DIR, if it still runs.
running() {
    local pid
    pid=$(cat "$dir/redis.pid" 2>/dev/null) || return 1
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = redis-server ] || return 1
    [ "$(realpath "/proc/$pid/cwd")" = "$dir" ] || return 1
    echo "$pid"
}

# Waits until it has ended, for 10 seconds at most.
gone() {
    for _ in $(seq 100); do
        running >/dev/null || return 0
        sleep 0.1
    done
    return 1
}

case $command in
install)
    need
    ;;
up)
    need
    if pid=$(running); then
        [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" = PONG ] ||
            fail "The Redis of $dir (process $pid) does not answer on port $port: stop it first, or name its port."
        echo "Redis is at 127.0.0.1:$port (process $pid)"
        exit 0
    fi
    mkdir -p "$dir"
    rm -f "$dir/redis.pid"
    redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --daemonize yes \
        --pidfile "$dir/redis.pid" --logfile "$dir/redis.log" --save "" --appendonly no \
        --maxmemory 256mb --maxmemory-policy allkeys-lru >/dev/null
    for _ in $(seq 100); do
        if pid=$(running) && [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" = PONG ]; then
            echo "Redis is at 127.0.0.1:$port (process $pid)"
            exit 0
        fi
        sleep 0.1
    done
    tail -n 5 "$dir/redis.log" >&2 || true
    fail "Redis did not start on port $port within 10 seconds; its log is $dir/redis.log."
    ;;
stop | kill)
    pid=$(running) || exit 0
    if [ "$command" = kill ]; then kill -KILL "$pid"; else kill -TERM "$pid"; fi
    gone || fail "Redis (process $pid) did not end within 10 seconds; its log is $dir/redis.log."
    ;;
*)
    fail "scripts/stack/redis.sh: no command called $command; it knows install, up, stop and kill."
    ;;
esac
