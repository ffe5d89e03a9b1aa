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
    for tool in apt-get dpkg; do
        command -v "$tool" > /dev/null || {
            echo "promtool is not installed, and there is no $tool to get Debian's package prometheus with" >&2
            exit 1
        }
    done
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    {
        if ! apt-get download -qq -o Acquire::Retries=3 prometheus; then
            apt-get update -qq
            apt-get download -qq -o Acquire::Retries=3 prometheus
        fi
        dpkg -x prometheus_*.deb .
        rm prometheus_*.deb
    } >&2
fi
echo "$folder/usr/bin"
