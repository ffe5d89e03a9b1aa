#!/usr/bin/env bash
# Lets faults happen to a job in a real Flink cluster, and compares what it commits with what was
# pushed: chaos/run.sh --help lists the options. First builds what is missing. Needs Linux, JDK 17 or
# newer, and Maven. JAVA_OPTS goes to the JVM that drives the run.
set -euo pipefail

root=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# The version of Flink is needed here, too: each has a folder of jars.
versions=1.20.3
previous=
for argument in "$@"; do
    case $previous,$argument in
        --flink,*) versions=$argument ;;
        *,--flink=*) versions=${argument#--flink=} ;;
    esac
    previous=$argument
done
module=chaos
. "$root/examples/module.sh"

IFS=, read -r -a flinks <<<"$versions"
for flink in "${flinks[@]}"; do
    homes=("$root/flink-connector-kvs-cluster/target/flink-$flink/lib" "$root/chaos/flink/target/flink-$flink/lib")
    if [ ! -d "${homes[0]}" ] || [ ! -d "${homes[1]}" ]; then
        echo "Fetching Flink $flink." >&2
        mvn -q -B -f "$root/pom.xml" -pl flink-connector-kvs-cluster,chaos/flink package "-Dflink.test.version=$flink" \
            -DskipTests -Dspotless.check.skip=true || die "Flink $flink cannot be had, see above"
    fi
done

# shellcheck disable=SC2206 # JAVA_OPTS is a list of options.
java=("$java" -Xmx1g "-Dchaos.root=$root" ${JAVA_OPTS:-} -cp "$class_path")
main=(io.github.flinkkvs.chaos.ChaosMain "$@")

# Where mounting is allowed, checkpoints have a small disk of their own, which can be full. Nobody else sees it.
disk=$root/chaos/target/disk
mkdir -p "$disk"
space=(unshare --mount)
[ "$(id -u)" = 0 ] || space=(unshare --user --map-root-user --mount)
# shellcheck disable=SC2016 # The inner shell expands it.
on_disk=("${space[@]}" bash -c 'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"' "$disk")
if "${on_disk[@]}" true 2>/dev/null; then
    exec "${on_disk[@]}" "${java[@]}" "-Dchaos.disk=$disk" "${main[@]}"
fi
echo "Mounting is not allowed here: a file stands in the place of a full disk." >&2
exec "${java[@]}" "${main[@]}"
