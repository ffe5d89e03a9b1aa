#!/usr/bin/env bash
# Makes the site and follows every link in it. With --browser, it also looks at every page in Chromium, as on a phone and
# on a desktop, light and dark: site/target/pictures then has what it saw. What it cannot check it names, and fails for it
# if the variable CI is set.
set -euo pipefail
cd "$(dirname "$0")"

skip() {
    echo "$1" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
}
command -v npm >/dev/null || skip "no npm: the site is NOT checked"
./build.sh
node checks/links.mjs

[ "${1:-}" = --browser ] || exit 0
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }; then
        skip "no Chromium, and apt-get cannot install it: the pages are NOT looked at"
    fi
    chromium=$(command -v chromium)
fi
CHROMIUM=$chromium node checks/browser.mjs
