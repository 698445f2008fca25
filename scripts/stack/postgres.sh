#!/usr/bin/env bash
# A PostgreSQL for the tests and the stack, on 127.0.0.1 only: the newest version of Debian's package, with its durable settings.
#
#   scripts/stack/postgres.sh install          installs the package
#   scripts/stack/postgres.sh up DIR [PORT]    starts it with the data in DIR, and prints its address
#   scripts/stack/postgres.sh stop DIR         stops it in an orderly way; its data stays
#   scripts/stack/postgres.sh kill DIR         kills it with SIGKILL
#   scripts/stack/postgres.sh restart DIR      closes all connections at once and starts it again
#
# The superuser is called postgres and needs no password; therefore it listens on loopback only.
set -euo pipefail

fail() { echo "$*" >&2; exit 1; }

[ "${1:-}" = install ] || [ $# -ge 2 ] || fail "usage: scripts/stack/postgres.sh install | up|stop|kill|restart DIR [PORT]"
command=$1
dir=$(realpath -m "${2:-.}")
port=${3:-55432}
data=$dir/data

# The newest version that the machine has.
programs() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

need() {
    bin=$(programs)
    [ -n "$bin" ] && [ -x "$bin/initdb" ] && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        fail "PostgreSQL is missing: install it (on Debian: apt-get install postgresql), then start again."
    echo "==> Installing PostgreSQL (about half a minute)" >&2
    # Without this, the package would start a cluster of its own beside ours.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
    bin=$(programs)
    [ -n "$bin" ] || fail "PostgreSQL was installed, but /usr/lib/postgresql holds no version of it."
}

# PostgreSQL refuses to run as root.
owned() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
    else
        "$@"
    fi
}

pid() { [ -e "$data/postmaster.pid" ] && head -n 1 "$data/postmaster.pid"; }

# Whether the process of the pid file runs and is a PostgreSQL.
runs() {
    local pid
    pid=$(pid) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]
}

ready() { echo "PostgreSQL is at 127.0.0.1:$(sed -n 4p "$data/postmaster.pid") (process $(pid))"; }

# Creates the data folder beside its place and moves it there when it is complete.
make() {
    local new=$data.making
    [ ! -e "$data" ] || fail "$data exists, but this script did not create it: name another folder."
    mkdir -p "$dir"
    if [ "$(id -u)" = 0 ]; then
        chown postgres:postgres "$dir"
        owned test -w "$dir" || fail "The user postgres may not enter $dir: open the folders above it (chmod o+x), or name another folder."
    fi
    rm -rf "$new"
    (cd "$dir" && owned "$bin/initdb" --pgdata "$new" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8) \
        >"$dir/initdb.log" 2>&1 || fail "PostgreSQL's folder could not be created; $dir/initdb.log says why."
    echo "include 'stack.conf'" >>"$new/postgresql.conf"
    # No socket in the file system: its path has a limit of 107 bytes, which a deep folder exceeds.
    cat >"$new/stack.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
SETTINGS
    [ "$(id -u)" != 0 ] || chown postgres:postgres "$new/stack.conf"
    mv "$new" "$data"
}

case $command in
install)
    need
    ;;
up)
    need
    if runs; then
        ready
        exit
    fi
    [ -e "$data/stack.conf" ] || make
    # From a folder that its user may enter, and without the caller's terminal.
    cd "$dir"
    owned "$bin/pg_ctl" --pgdata "$data" --wait --timeout 60 --log "$dir/log" --options "-p $port" start >/dev/null 2>&1 </dev/null ||
        { tail -n 20 "$dir/log" >&2; fail "PostgreSQL did not start on port $port; $dir/log says why."; }
    ready
    ;;
stop)
    need
    runs || exit 0
    cd "$dir"
    owned "$bin/pg_ctl" --pgdata "$data" --wait --timeout 60 --mode fast stop >/dev/null
    ;;
kill)
    runs || fail "No PostgreSQL runs in $dir."
    pid=$(pid)
    read -ra children <"/proc/$pid/task/$pid/children" || true
    kill -KILL "$pid"
    # Its children end when they notice; a new server cannot start before the last of them has ended.
    for _ in $(seq 100); do
        for child in "$pid" "${children[@]}"; do
            [ ! -e "/proc/$child" ] || { sleep 0.1; continue 2; }
        done
        exit
    done
    fail "PostgreSQL was killed, but some of its processes still run: ${children[*]}"
    ;;
restart)
    need
    runs || fail "No PostgreSQL runs in $dir."
    cd "$dir"
    owned "$bin/pg_ctl" --pgdata "$data" --wait --timeout 60 --log "$dir/log" --mode immediate restart >/dev/null 2>&1 </dev/null ||
        { tail -n 20 "$dir/log" >&2; fail "PostgreSQL did not start again; $dir/log says why."; }
    ready
    ;;
*)
    fail "scripts/stack/postgres.sh: no command called $command"
    ;;
esac
