#!/bin/sh
# Looks up the libraries of what was built with -Prelease in the database of known vulnerabilities at osv.dev:
# tools/release/scan.sh. Needs osv-scanner 2 in the PATH, and a network. It fails if it finds one.
set -eu
cd -- "$(dirname "$0")/../.."

command -v osv-scanner > /dev/null || {
    echo "osv-scanner is missing: see https://google.github.io/osv-scanner/installation/" >&2
    exit 2
}
for module in $(tools/release/modules.sh | tr ',' ' '); do
    bom=$module/target/bom.json
    [ -f "$bom" ] || {
        echo "$bom is missing: run mvn -Prelease package -Dmaven.test.skip=true" >&2
        exit 2
    }
    set -- "$@" --lockfile "$bom"
done
exec osv-scanner scan source "$@"
