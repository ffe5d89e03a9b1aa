#!/usr/bin/env bash
# Checks the alerts, runs their tests, and parses every query of the dashboard with promtool. If there is none, it says so,
# and fails if the variable CI is set.
#
# Usage: monitoring/check.sh
set -euo pipefail
cd "$(dirname "$0")"

bin=$(./prometheus.sh) || {
    echo "alerts and dashboard are NOT checked: promtool is not installed, and Debian's package prometheus cannot be had" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
}
"$bin/promtool" check config prometheus/prometheus.yml
"$bin/promtool" test rules prometheus/alerts.test.yml

# Grafana replaces its variables before it asks; each query becomes a rule, so that promtool parses it.
rules=$(mktemp --suffix=.yml)
trap 'rm -f "$rules"' EXIT
python3 - grafana/kvs.json > "$rules" <<'END'
import json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    dashboard = json.load(file)
queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
queries += [annotation["target"]["expr"] for annotation in dashboard["annotations"]["list"]]
assert len(queries) > 30, queries
for variable, value in {"$__rate_interval": "1m", "$__range": "1h", "$job": ".+"}.items():
    queries = [query.replace(variable, value) for query in queries]
print(json.dumps({"groups": [{"name": "dashboard", "rules": [
    {"record": f"query:{i}", "expr": query} for i, query in enumerate(queries)]}]}))
END
"$bin/promtool" check rules "$rules"
