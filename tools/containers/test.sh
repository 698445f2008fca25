#!/usr/bin/env bash
# Builds the image, starts compose.yaml, and lets two users chat through it while every service is stopped and started again.
# No registry is needed: tools/containers/stand-ins.sh builds the base images and the images of the other services.
#
#   tools/containers/test.sh            with the program of target/embed, in the Containerfile's own last stage
#   WHOLE=1 tools/containers/test.sh    the program built in the image too, from the source
#   KEEP=1 tools/containers/test.sh     leaves everything running, and prints how to inspect it
#
# Images stay in .tools/containers (about 3 GB); containers and volumes are removed.
set -euo pipefail
cd "$(dirname "$0")/../.."

store=$PWD/.tools/containers
project=jimmy-container-test
port=${PORT:-18080}
podman_compose=1.6.0
ready_seconds=180 # a machine with two cores that starts Kafka, PostgreSQL and two servers at once
grace_seconds=$(sed -n 's/^  stop_grace_period: \([0-9]*\)s$/\1/p' compose.yaml | head -n 1)

say() { echo "==> $*"; }
fail() { echo "$*" >&2; exit 1; }

# Installs what is missing, or explains why the test cannot run here.
[ "$(uname -s)" = Linux ] || fail "The container test runs on Linux only: it builds and runs containers itself."
[ "$(id -u)" = 0 ] || fail "The container test needs root: it builds file systems and networks. Start it as root, on a machine that is yours."
missing=()
for program in buildah podman runc debootstrap iptables java mvn; do command -v "$program" >/dev/null || missing+=("$program"); done
for program in netavark aardvark-dns; do [ -x "/usr/lib/podman/$program" ] || missing+=("$program"); done
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || fail "The container test needs ${missing[*]}, and can only install them with Debian's apt-get."
    say "Installing ${missing[*]} (about 1 minute)"
    packages=("${missing[@]/#java/openjdk-17-jre-headless}")
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]/#mvn/maven}" >/dev/null
fi
node --experimental-websocket -e 'process.exit(typeof WebSocket === "function" ? 0 : 1)' 2>/dev/null ||
    fail "The container test needs Node.js 20.10 or newer, for its WebSocket."

# Podman and buildah use folders of their own, so that nothing else on this machine is changed.
run=/run/jimmy-container-test
mkdir -p "$store" "$run"
# One run at a time, because runs would share a network and a port. The containers do not inherit the lock.
if [ -z "${LOCKED:-}" ]; then
    code=0
    LOCKED=1 flock --nonblock --close --conflict-exit-code 75 "$run/lock" "$0" "$@" || code=$?
    [ "$code" != 75 ] || fail "Another container test is running on this machine; wait for it, or end it."
    exit "$code"
fi
cat >"$store/storage.conf" <<CONF
[storage]
driver = "${STORAGE_DRIVER:-overlay}"
graphroot = "$store/images"
runroot = "$run/storage"
CONF
cat >"$store/containers.conf" <<CONF
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$run/libpod"
[network]
network_backend = "netavark"
network_config_dir = "$store/networks"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4000:4000"]
CONF
export CONTAINERS_STORAGE_CONF=$store/storage.conf CONTAINERS_CONF=$store/containers.conf
work=$(mktemp -d -p "$store" work.XXXXXX)

if ! grep -qsx "$podman_compose" "$store/compose/made-for"; then
    say "Fetching podman-compose $podman_compose (a few seconds)"
    rm -rf "$store/compose"
    python3 -m venv "$store/compose"
    "$store/compose/bin/pip" install --quiet --disable-pip-version-check "podman-compose==$podman_compose"
    echo "$podman_compose" >"$store/compose/made-for"
fi

# The settings of an operator, with new passwords.
deploy/passwords.sh "$work/env" >/dev/null
printf 'JIMMY_PUBLISH=127.0.0.1:%s\nJIMMY_PUBLIC_URL=http://127.0.0.1:%s\n' "$port" "$port" >>"$work/env"
compose() { "$store/compose/bin/podman-compose" --in-pod false --project-name "$project" --env-file "$work/env" "$@" >>"$work/compose.log" 2>&1; }
# Without systemd, podman warns at each call that it has no timers for health checks; this script runs them itself.
podman() { command podman --log-level fatal "$@"; }
container() { podman ps --all --quiet --filter "label=io.podman.compose.project=$project" --filter "label=io.podman.compose.service=$1"; }
is_running() { [ "$(podman inspect --format '{{.State.Running}}' "$1")" = true ]; }

finish() {
    local code=$?
    trap - EXIT
    if [ "$code" != 0 ]; then
        tail -n 5 "$work/compose.log" >&2 || true
        for service in proxy chat-a chat-b signing-key kafka postgres redis; do
            id=$(container "$service")
            [ -n "$id" ] || continue
            echo "--- last lines of $service:" >&2
            podman logs "$id" 2>&1 | tail -n 12 >&2 || true
        done
    fi
    if [ -n "${KEEP:-}" ]; then
        echo "Everything still runs, at http://127.0.0.1:$port. To inspect it:"
        echo "  export CONTAINERS_STORAGE_CONF=$CONTAINERS_STORAGE_CONF CONTAINERS_CONF=$CONTAINERS_CONF; podman ps"
        exit "$code"
    fi
    compose down --volumes || true
    podman volume prune --force >/dev/null || true # unnamed volumes of images
    podman image prune --force >/dev/null || true # earlier images of the same name
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM
# Removes what an interrupted run has left.
compose down --volumes || true

# shellcheck source=tools/containers/stand-ins.sh
. tools/containers/stand-ins.sh
stand_ins debian nginx redis postgres kafka

image=localhost/jimmy-chat
if [ -n "${WHOLE:-}" ]; then
    stand_ins rust node
    say "Building $image from the source (about 12 minutes)"
    buildah bud --isolation chroot --pull-never --format docker --file Containerfile --tag "$image" .
else
    program=${PROGRAM:-target/embed/jimmy-chat}
    [ -x "$program" ] || fail "$program is missing: make container-test builds it."
    say "Building $image around $program"
    install -D "$program" "$work/built/out/jimmy-chat"
    install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$work/built/out/ca-certificates.crt"
    buildah bud --isolation chroot --pull-never --format docker --quiet --build-context "build=$work/built" \
        --file Containerfile --tag "$image" . >/dev/null
fi
[ "$(podman image inspect --format '{{.Config.User}}' "$image")" = 10001:10001 ] || fail "The image does not run as its own user."
podman run --rm --pull never --network none "$image" --version
tools/containers/alone.sh "$image"

# Starts services and waits until each is healthy. This podman has no timer for health checks and podman-compose does not wait for them,
# so this script does, in the order of depends_on.
up() {
    local service
    compose up --detach --no-build "$@" || fail "podman-compose could not bring up $*."
    for service in "$@"; do healthy "$service"; done
}
healthy() {
    local id
    id=$(container "$1")
    [ -n "$id" ] || fail "$1 has not been started."
    for _ in $(seq "$ready_seconds"); do
        if podman healthcheck run "$id" >/dev/null 2>&1; then return; fi
        is_running "$id" || podman start "$id" >/dev/null 2>&1 || true # as `restart: unless-stopped` does
        sleep 1
    done
    fail "$1 is not healthy after $ready_seconds seconds."
}
up_all() {
    compose up --detach --no-build signing-key || fail "podman-compose could not create the signing key."
    up kafka postgres redis
    up chat-a chat-b
    up proxy
}

say "Starting compose.yaml"
up_all
for service in chat-a chat-b; do
    [ "$(podman exec "$(container "$service")" id -u)" = 10001 ] || fail "$service runs as another user than the image's own."
done
podman exec "$(container proxy)" nginx -t -q

say "Two users chat through it while every service is restarted"
users() { node --experimental-websocket --no-warnings tools/containers/users.mjs "$1" "http://127.0.0.1:$port" "$work/said.json"; }
network=$(podman network ls --quiet --filter "label=io.podman.compose.project=$project")
gateway=$(podman network inspect --format '{{range .Subnets}}{{.Gateway}}{{end}}' "$network")
PROJECT=$project GRACE_SECONDS=$grace_seconds CLIENT_ADDRESS=$gateway users talk

say "Removing the services and starting them from their volumes"
compose down || fail "podman-compose could not take it down."
[ -z "$(podman ps --all --quiet --filter "label=io.podman.compose.project=$project")" ] || fail "Something is left after down."
up_all
users read
echo "Every acknowledged message is there."
