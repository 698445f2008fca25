#!/usr/bin/env bash
# Reports in one sentence what a machine lacks, before a build fails with a hundred lines; installs what it can.
#
#   scripts/need.sh rust        Rust with the parts that rust-toolchain.toml names, a C compiler, Node.js
#   scripts/need.sh chromium    a browser for the tests
#   scripts/need.sh emoji       a font, without which screenshots show boxes
#   scripts/need.sh nginx       the proxy of deploy/nginx.conf, without which the test that runs it is skipped
#   scripts/need.sh python      the programs of tools/protocol-tests, in .tools/py
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "$*" >&2; exit 1; }

case $1 in
rust)
    command -v cargo >/dev/null || fail "Rust is missing: install it with rustup, then start again."
    command -v cc >/dev/null || fail "A C compiler is missing: on Debian, apt-get install build-essential cmake."
    command -v cmake >/dev/null || fail "cmake is missing, and the Kafka client needs it: on Debian, apt-get install build-essential cmake."
    command -v node >/dev/null || fail "Node.js is missing: version 20 or newer is needed."
    [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || fail "Node.js $(node --version) is too old: 20 or newer is needed."
    if ! root=$(rustc --print sysroot 2>/dev/null); then
        echo "==> Fetching the Rust that rust-toolchain.toml names (about half a minute)"
        rustup toolchain install
        root=$(rustc --print sysroot)
    fi
    if ! [ -d "$root/lib/rustlib/wasm32-unknown-unknown" ] || ! [ -x "$root/bin/cargo-clippy" ] || ! [ -x "$root/bin/rustfmt" ]; then
        echo "==> Fetching what rust-toolchain.toml names (about 10 seconds)"
        rustup target add wasm32-unknown-unknown
        rustup component add clippy rustfmt
    fi
    mkdir -p target/site/pkg # the server is compiled against this folder, even before the page is built
    ;;
chromium)
    [ -z "${CHROMIUM:-}" ] || { [ -x "$CHROMIUM" ] || fail "CHROMIUM=$CHROMIUM is not a program."; exit 0; }
    has_fonts() { ! command -v fc-list >/dev/null || [ -n "$(fc-list :lang=zh-tw family | head -n 1)" ]; }
    if command -v chromium >/dev/null && has_fonts; then exit 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "==> Installing Chromium for the browser tests (about 1 minute)"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
    elif command -v chromium >/dev/null; then
        echo "No font for Chinese is installed (on Debian: fonts-noto-cjk): texts are measured with another font." >&2
    else
        fail "The browser tests need Chromium: install it (on Debian: apt-get install chromium fonts-noto-cjk), or set CHROMIUM=/path/to/it."
    fi
    ;;
emoji)
    if ! command -v fc-list >/dev/null || [ -n "$(fc-list :lang=und-zsye family | head -n 1)" ]; then exit 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "==> Installing a font for emoji (a few seconds)"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-noto-color-emoji >/dev/null
    else
        echo "No font for emoji is installed (on Debian: fonts-noto-color-emoji): screenshots show boxes instead." >&2
    fi
    ;;
nginx)
    if command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]; then exit 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "==> Installing nginx for a test of the shipped proxy (a few seconds)"
        apt-get update -qq
        # In this run level the package starts no service.
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
    else
        echo "nginx is not installed (on Debian: nginx-light): the test that runs deploy/nginx.conf is skipped." >&2
    fi
    ;;
python)
    command -v python3 >/dev/null || fail "The protocol tests need Python: install it (on Debian: apt-get install python3-venv)."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "$(python3 --version) is too old: 3.10 or newer is needed."
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "==> Installing python3-venv for the protocol tests (a few seconds)"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        else
            fail "The protocol tests need Python's venv: on Debian, apt-get install python3-venv."
        fi
    fi
    mkdir -p .tools
    # The programs contain their own path, so they are installed again after a move.
    py=$(cd .tools && pwd -P)/py
    made_for() { echo "$py"; cat tools/protocol-tests/requirements.txt; }
    made_for | cmp -s - "$py/made-for" && exit 0
    echo "==> Fetching the programs that test the protocol (about half a minute)"
    rm -rf "$py"
    python3 -m venv "$py"
    "$py/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement tools/protocol-tests/requirements.txt
    made_for >"$py/made-for"
    ;;
*)
    fail "scripts/need.sh: unknown argument $1"
    ;;
esac
