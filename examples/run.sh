#!/bin/sh
# Runs an example: examples/run.sh JOB [OPTIONS]; examples/run.sh --help lists the jobs. First builds
# what is missing or out of date. Needs JDK 17 or newer, and Maven. JAVA_OPTS goes to the JVM.
set -eu

case $0 in
    */*) folder=${0%/*} ;;
    *) folder=. ;;
esac
root=$(CDPATH= cd -- "$folder/.." && pwd -P)
module=examples
if [ "${1:-}" = sql ]; then
    also=examples/cluster
    home=$root/examples/cluster/target/flink
    made=$home/sql/flink-sql-connector-kvs.jar
fi
. "$root/examples/module.sh"

# A line that shows progress can be rewritten only if it does not wrap.
columns=0
if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then
    columns=$(stty size <&2 2> /dev/null | cut -d ' ' -f 2)
    [ "${columns:-0}" -gt 0 ] || columns=80
fi

# Flink needs the two packages opened on Java 17.
# shellcheck disable=SC2086 # JAVA_OPTS is a list of options.
exec "$java" -Xmx1g \
    --add-opens=java.base/java.util=ALL-UNNAMED \
    --add-opens=java.base/java.lang=ALL-UNNAMED \
    "-Dexamples.columns=$columns" \
    "-Dexamples.flink=$root/examples/cluster/target/flink" \
    ${JAVA_OPTS:-} \
    -cp "$class_path" \
    io.github.flinkkvs.examples.Examples "$@"
