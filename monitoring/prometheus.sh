#!/usr/bin/env bash
# Prints a folder with prometheus and promtool: of the installed ones, or of those of Debian's package prometheus, which is
# unpacked into target/ and not installed. Fails if there is none.
set -euo pipefail
cd "$(dirname "$0")"

if command -v promtool > /dev/null && command -v prometheus > /dev/null; then
    dirname "$(command -v promtool)"
    exit
fi
folder=$(realpath -m ../target/prometheus)
if [ ! -x "$folder/usr/bin/promtool" ]; then
    command -v apt-get > /dev/null && command -v dpkg > /dev/null
    mkdir -p "$folder"
    cd "$folder"
    {
        apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }
        dpkg -x prometheus_*.deb .
        rm prometheus_*.deb
    } >&2
fi
echo "$folder/usr/bin"
