#!/usr/bin/env bash
# Runs all tests, part by part, and prints at the end how many seconds each part took. `make test` starts it.
#
# Parts that mostly wait run beside parts that mostly compute: packages and tools are installed while the linter runs, and the released
# page, whose last step uses one processor, is built while the documentation and the tests are built.
set -euo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
declare -A pids=() starts=()
rows=()
began=$SECONDS

row() { rows+=("$(printf '%-34s %6d s%s' "$1" "$2" "${3:+  $3}")"); }

# Sets `processor` to the processor seconds of all commands that have ended. Not in a subshell, which would count its own.
count_processor_seconds() {
    times >"$logs/times"
    processor=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, of, /[ms]/); sum += of[1] * 60 + of[2] } printf "%d", sum }' "$logs/times")
}

finish() {
    local code=$?
    trap - EXIT
    # What still runs beside is ended with all of its children.
    for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
    [ ${#rows[@]} = 0 ] || printf '\n%s\n' "The parts of make test:"
    printf '  %s\n' "${rows[@]}"
    printf '  %-34s %6d s\n' "all" $((SECONDS - began))
    [ "$code" = 0 ] || echo "make test has FAILED${part:+ in: $part}" >&2
    rm -rf "$logs"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# part NAME COMMAND...: runs it, and notes its seconds and how busy its commands kept the processors: a part that waits could run
# beside another one. Services, which run in the background, are not in this figure.
part() {
    part=$1
    local start=$SECONDS took busy
    count_processor_seconds
    busy=$processor
    shift
    "$@"
    took=$((SECONDS - start))
    count_processor_seconds
    busy=$((processor - busy))
    row "$part" "$took" "$((took > 0 ? 100 * busy / took : 0)) % of one processor"
    part=''
}

# beside NAME COMMAND...: starts it in a process group of its own; its output is shown by `await`.
beside() {
    local name=$1
    shift
    starts[$name]=$SECONDS
    setsid bash -c 'start=$SECONDS; code=0; "${@:2}" >"$1.out" 2>&1 || code=$?; echo $((SECONDS - start)) >"$1.seconds"; exit $code' \
        beside "$logs/$name" "$@" &
    pids[$name]=$!
}

# await NAME LABEL: waits for it, shows what it has printed, and notes its seconds and the seconds of waiting.
await() {
    part=$2
    local start=$SECONDS code=0 took
    wait "${pids[$1]}" || code=$?
    unset "pids[$1]"
    cat "$logs/$1.out"
    [ "$code" = 0 ] || exit "$code"
    took=$(cat "$logs/$1.seconds")
    row "$2" "$took" "beside others; waited for $((SECONDS - start)) s"
    part=''
}

make=(make --no-print-directory)

# Both the installation and the build of the page need it.
"${make[@]}" tools/highlight/node_modules
beside install "${make[@]}" test-tools
part "format" "${make[@]}" format
beside page "${make[@]}" wasm-release
part "lint" "${make[@]}" lint
part "documentation" "${make[@]}" doc
part "build of the page" "${make[@]}" site
part "build of the server and the tests" "${make[@]}" programs
await install "installation of tools and services"
part "dependencies" "${make[@]}" deny
part "tests in Rust" "${make[@]}" test-rust
await page "build of the released page"
part "torture" "${make[@]}" torture
part "torture with known faults" "${make[@]}" torture-faults
part "HTTP calls" "${make[@]}" test-api
part "Autobahn" "${make[@]}" test-autobahn
part "browser" "${make[@]}" test-browser
part "browser on two servers" "${make[@]}" test-browser-stack
part "Lighthouse" "${make[@]}" test-lighthouse
part "size" "${make[@]}" size
part "browser with the released page" "${make[@]}" test-release-page
