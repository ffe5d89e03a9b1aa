#!/usr/bin/env bash
# Makes the site from docs/ in site/target/site. Options are those of "vitepress build", for example --base /flink/.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
exec npx --no-install vitepress build "$@"
