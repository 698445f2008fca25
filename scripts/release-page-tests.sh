#!/usr/bin/env bash
# Runs some of the browser tests with the page as it is released: optimised and minified. The server is the development build, which
# hands out what is in target/site/pkg.
#
#   scripts/release-page-tests.sh [ARGUMENTS OF PLAYWRIGHT]
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- tests/two-people.spec tests/unread.spec tests/message-actions.spec tests/composer-keys.spec tests/on-demand.spec
exec scripts/browser-tests.sh "$@"
