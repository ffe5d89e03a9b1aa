#!/usr/bin/env bash
# Makes docs/images/dashboard.png: runs a job with cameras and faults (MonitoredJob), lets Prometheus scrape it with the
# alerts of this folder, asks each query of grafana/kvs.json, and draws the answers with uPlot in Chromium.
#
# Needs the modules in Maven's repository (mvn install -DskipTests), Node, Prometheus (see prometheus.sh), and Chromium, such as
# that of Debian's package chromium.
#
# Usage: monitoring/picture.sh [SECONDS]    (300 by default)
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-300}
work=$(realpath -m ../target/picture)
rm -rf "$work"
mkdir -p "$work"

bin=$(./prometheus.sh)
chromium=$(command -v chromium) || {
    echo "Chromium is missing: apt-get install chromium" >&2
    exit 1
}
npm install --silent --no-audit --no-fund --prefix "$work" uplot@1.6.32

flink=$(sed -n 's:.*<flink.version>\(.*\)</flink.version>.*:\1:p' ../pom.xml)
(cd .. && mvn -q -B test-compile dependency:build-classpath -pl flink-connector-kvs-it -DincludeScope=test \
    -Dflink.test.version="$flink" -Dmdep.outputFile="$work/classpath")
classes=$(realpath "../flink-connector-kvs-it/target/test-classes-flink-$flink")
read -r job prometheus < <(node -e '
    const net = require("net");
    const free = () => new Promise(found => {
        const server = net.createServer().listen(0, () => found(server));
    });
    Promise.all([free(), free()]).then(servers => {
        console.log(...servers.map(server => server.address().port));
        servers.forEach(server => server.close());
    });')

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
cp prometheus/alerts.yml "$work"
# As in the file, but quicker, since the job runs only for some minutes.
sed -e 's/_interval: 15s/_interval: 5s/' -e "s/targets: .*/targets: [\"localhost:$job\"]/" \
    prometheus/prometheus.yml > "$work/prometheus.yml"
"$bin/prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
    --web.listen-address="127.0.0.1:$prometheus" 2> "$work/prometheus.log" &
java -cp "$classes:$(cat "$work/classpath")" io.github.flinkkvs.it.MonitoredJob "$job" "$seconds" > "$work/job.log" 2>&1 &
running=$!
begin=$(date +%s)
wait "$running" || {
    echo "the job failed: see $work/job.log" >&2
    exit 1
}

node picture.mjs "http://127.0.0.1:$prometheus" "$((begin + 25))" "$((begin + seconds))" "$work" > "$work/picture.html"
height=$(sed -n 's/.*data-height="\([0-9]*\)".*/\1/p' "$work/picture.html")
"$chromium" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size="1320,$height" \
    --screenshot="$work/dashboard.png" "file://$work/picture.html" 2> "$work/chromium.log"
cp "$work/dashboard.png" ../docs/images/dashboard.png
ls -l ../docs/images/dashboard.png
