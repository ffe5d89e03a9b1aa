#!/usr/bin/env bash
# Makes the site and follows every link in it. With --browser, it also looks at every page in Chromium, as on a phone and
# on a desktop, light and dark: site/target/pictures then has what it saw.
set -euo pipefail
cd "$(dirname "$0")"

command -v npm >/dev/null || { echo "no npm: the site is not checked"; exit 0; }
./build.sh
node checks/links.mjs

[ "${1:-}" = --browser ] || exit 0
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }; then
        echo "no Chromium, and apt-get cannot install it: the pages are not looked at"
        exit 0
    fi
    chromium=$(command -v chromium)
fi
CHROMIUM=$chromium node checks/browser.mjs
