#!/bin/sh
# Runs a benchmark: benchmarks/run.sh parser|job|latency|plots [OPTIONS]; --help lists them. Builds
# first what is missing or out of date. Needs a JDK 17 or newer and Maven. JAVA_OPTS goes to the JVM.
set -eu

die() {
    echo "error: $1" >&2
    exit 1
}

case ${1:-} in
    parser) main=parser.ParserBenchmark ;;
    job) main=job.JobBenchmark ;;
    latency) main=job.LatencyBenchmark ;;
    plots) main=plots.Plots ;;
    *) die "Which one? benchmarks/run.sh parser|job|latency|plots [OPTIONS]" ;;
esac
shift

case $0 in
    */*) folder=${0%/*} ;;
    *) folder=. ;;
esac
root=$(CDPATH= cd -- "$folder/.." && pwd -P)
class_path_file=$root/benchmarks/target/classpath
modules="flink-connector-kvs flink-connector-kvs-testing benchmarks"

if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    java=$JAVA_HOME/bin/java
else
    java=java
fi
command -v "$java" > /dev/null 2>&1 || die "Java is missing: install a JDK 17 or newer, or set JAVA_HOME"
java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${java_version:-0}" -ge 17 ] || die "Java 17 or newer is needed, but '$java' is ${java_version:-unknown}: set JAVA_HOME"

# Whether there is a class path, none of its files is gone, and no source is newer.
is_built() (
    [ -s "$class_path_file" ] && [ -d "$root/benchmarks/target/classes" ] || exit 1
    cd "$root"
    set -- pom.xml
    for module in $modules; do
        set -- "$@" "$module/pom.xml" "$module/src/main"
    done
    [ -z "$(find "$@" -type f -newer "$class_path_file")" ] || exit 1
    set -f
    IFS=:
    for entry in $(cat "$class_path_file"); do
        [ -e "$entry" ] || exit 1
    done
)

if ! is_built; then
    command -v mvn > /dev/null 2>&1 || die "Maven is missing: install Maven 3.8 or newer"
    command -v "${java}c" > /dev/null 2>&1 || die "'$java' is no JDK: install a JDK 17 or newer, or set JAVA_HOME"
    echo "Building the benchmarks; the first time this takes a while." >&2
    rm -f "$class_path_file"
    # What the modules need of each other is taken from this build: nothing is installed.
    log=$(mvn -q -B -f "$root/pom.xml" -pl benchmarks -am package \
        -Dmaven.test.skip=true -Dspotless.check.skip=true 2>&1) || {
        printf '%s\n' "$log" >&2
        die "The build failed, see above"
    }
fi

# The parser benchmark starts JVMs of its own with a pre-touched heap. Flink needs the two packages
# opened on Java 17.
case $main in
    job.*) heap="-XX:+UseG1GC -Xms4g -Xmx4g -XX:+AlwaysPreTouch" ;;
    *) heap=-Xmx1g ;;
esac
# shellcheck disable=SC2086 # Both are lists of options.
exec "$java" $heap \
    --add-opens=java.base/java.util=ALL-UNNAMED \
    --add-opens=java.base/java.lang=ALL-UNNAMED \
    "-Dbenchmarks.root=$root" \
    ${JAVA_OPTS:-} \
    -cp "$root/benchmarks/target/classes:$(cat "$class_path_file")" \
    "io.github.flinkkvs.benchmarks.$main" "$@"
