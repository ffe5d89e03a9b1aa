#!/bin/sh
# Runs a benchmark: benchmarks/run.sh parser|tree|decode|memory|job|archive|latency|scale|soak|plots
# [OPTIONS]. First builds what is missing or out of date. Needs JDK 17 or newer, and Maven. JAVA_OPTS goes to the JVM.
set -eu

case ${1:-} in
    parser) main=parser.ParserBenchmark ;;
    tree) main=parser.TreeBenchmark ;;
    decode) main=decode.DecodeBenchmark ;;
    memory) main=memory.MemoryBenchmark ;;
    job) main=job.JobBenchmark ;;
    archive) main=job.ArchiveBenchmark ;;
    latency) main=job.LatencyBenchmark ;;
    scale) main=scale.ScaleBenchmark ;;
    soak) main=scale.SoakBenchmark ;;
    plots) main=plots.Plots ;;
    *)
        echo "error: Which benchmark? benchmarks/run.sh parser|tree|decode|memory|job|archive|latency|scale|soak|plots [OPTIONS]" >&2
        exit 1
        ;;
esac
shift

case $0 in
    */*) folder=${0%/*} ;;
    *) folder=. ;;
esac
root=$(CDPATH= cd -- "$folder/.." && pwd -P)
module=benchmarks
flink=$(sed -n 's|.*<flink.version>\(.*\)</flink.version>.*|\1|p' "$root/pom.xml")
version=$(sed -n 's|^    <version>\(.*\)</version>|\1|p' "$root/pom.xml")
home=$root/flink-connector-kvs-cluster/target/flink-$flink
made=$root/flink-sql-connector-kvs/target/flink-sql-connector-kvs-$version.jar
case $main in
    scale.*) also="flink-connector-kvs-cluster,flink-sql-connector-kvs" ;;
esac
. "$root/examples/module.sh"

# The other benchmarks measure in separate JVMs. Flink needs the two packages opened on Java 17.
case $main in
    job.*) heap="-XX:+UseG1GC -Xms4g -Xmx4g -XX:+AlwaysPreTouch" ;;
    *) heap=-Xmx1g ;;
esac
# shellcheck disable=SC2086 # Both are lists of options.
exec "$java" $heap \
    --add-opens=java.base/java.util=ALL-UNNAMED \
    --add-opens=java.base/java.lang=ALL-UNNAMED \
    "-Dbenchmarks.root=$root" \
    "-Dbenchmarks.flink=$home" \
    "-Dbenchmarks.connector=$made" \
    ${JAVA_OPTS:-} \
    -cp "$class_path" \
    "io.github.flinkkvs.benchmarks.$main" "$@"
