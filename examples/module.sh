# The common part of run.sh in examples and in benchmarks, which source it with $root, the folder of the
# project, and $module, the folder of the module to run. If that needs a Flink cluster, $also has the
# folders of further modules to build, with commas between, $made a file that the build makes of the
# connector, and $home the folder of the Flink. Builds what is missing or out of date, and sets java and
# class_path.
# shellcheck shell=sh disable=SC2034,SC2154 # variables come from run.sh and go there

die() {
    echo "error: $1" >&2
    exit 1
}

# The embedded service is on this machine, so no proxy of the environment may be used for it.
NO_PROXY=127.0.0.1,localhost,::1${NO_PROXY:+,$NO_PROXY}
no_proxy=127.0.0.1,localhost,::1${no_proxy:+,$no_proxy}
export NO_PROXY no_proxy

class_path_file=$root/$module/target/classpath
also=${also:-}

if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    java=$JAVA_HOME/bin/java
else
    java=java
fi
command -v "$java" > /dev/null 2>&1 || die "Java is missing: install a JDK 17 or newer, or set JAVA_HOME"
java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${java_version:-0}" -ge 17 ] || die "Java 17 or newer is needed, but '$java' is ${java_version:-unknown}: set JAVA_HOME"

# Whether there is a class path whose files all exist, and no source is newer.
is_built() (
    [ -s "$class_path_file" ] && [ -d "$root/$module/target/classes" ] || exit 1
    cd "$root" || exit 1
    set -- pom.xml
    for built in flink-connector-kvs flink-connector-kvs-testing flink-connector-kvs-media \
        flink-connector-kvs-cluster "$module"; do
        set -- "$@" "$built/pom.xml" "$built/src/main"
    done
    [ -z "$(find "$@" -type f -newer "$class_path_file")" ] || exit 1
    if [ -n "$also" ]; then
        [ -f "$made" ] && [ -d "$home/lib" ] || exit 1
        set -- pom.xml
        for built in $(printf '%s' "$also" | tr , ' '); do
            set -- "$@" "$built/pom.xml"
        done
        for built in flink-connector-kvs flink-connector-kvs-media flink-sql-connector-kvs flink-sql-connector-kvs-media; do
            set -- "$@" "$built/pom.xml" "$built/src/main"
        done
        [ -z "$(find "$@" -type f -newer "$made")" ] || exit 1
    fi
    set -f
    IFS=:
    # shellcheck disable=SC2013 # IFS splits it at colons
    for entry in $(cat "$class_path_file"); do
        [ -e "$entry" ] || exit 1
    done
)

if ! is_built; then
    command -v mvn > /dev/null 2>&1 || die "Maven is missing: install Maven 3.8 or newer"
    command -v "${java}c" > /dev/null 2>&1 || die "'$java' is not a JDK: install a JDK 17 or newer, or set JAVA_HOME"
    echo "Building the $module; the first time this takes a while." >&2
    rm -f "$class_path_file"
    # The modules find each other in this build, so nothing is installed.
    log=$(mvn -q -B -f "$root/pom.xml" -pl "$module${also:+,$also}" -am package \
        -Dmaven.test.skip=true ${also:+-Pflink-home} -Dspotless.check.skip=true 2>&1) || {
        printf '%s\n' "$log" >&2
        die "The build failed, see above"
    }
fi

class_path=$root/$module/target/classes:$(cat "$class_path_file")
