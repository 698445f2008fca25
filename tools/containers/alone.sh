#!/usr/bin/env bash
# Tests the image alone, as an operator would run it on one machine: it becomes healthy as an unprivileged user, writes only to /data, and
# exits in time with 0 when it is stopped. tools/containers/test.sh runs it and sets podman's folders.
#
#   tools/containers/alone.sh IMAGE
set -euo pipefail

image=$1
healthy_seconds=30
# The default of `podman stop` and `docker stop`.
stop_seconds=10

podman() { command podman --log-level fatal "$@"; }
fail() { echo "$*" >&2; podman logs "$id" 2>&1 | tail -n 12 >&2; exit 1; }

id=$(podman run --detach --pull never --network none --read-only --cap-drop all --env JIMMY_PUBLIC_URL=http://localhost:3000 "$image")
trap 'podman rm --force --volumes "$id" >/dev/null' EXIT
for _ in $(seq "$healthy_seconds"); do
    ! podman healthcheck run "$id" >/dev/null 2>&1 || { is_healthy=1; break; }
    [ "$(podman inspect --format '{{.State.Running}}' "$id")" = true ] || fail "The container of the image alone has stopped."
    sleep 1
done
[ -n "${is_healthy:-}" ] || fail "The image alone is not healthy after $healthy_seconds seconds."
[ "$(podman exec "$id" stat --format %u /data/jimmy.db)" = 10001 ] || fail "/data does not belong to the image's user."

started=$SECONDS
podman stop --time "$stop_seconds" "$id" >/dev/null
[ $((SECONDS - started)) -lt "$stop_seconds" ] || fail "The container did not stop within $stop_seconds seconds of podman stop."
code=$(podman inspect --format '{{.State.ExitCode}}' "$id")
[ "$code" = 0 ] || fail "The container exited with $code after podman stop."
