#!/bin/sh
# Builds the release of HEAD twice and compares what would be published, byte by byte:
# tools/release/reproduce.sh [MAVEN-OPTIONS]. The two builds differ in folder, time, time zone and language.
# Needs git, a JDK 17 or newer, Maven and a network; takes a few minutes.
set -eu

root=$(CDPATH="" cd -- "$(dirname "$0")/../.." && pwd -P)
modules=$("$root/tools/release/modules.sh")
commit=$(git -C "$root" rev-parse HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Jars have the permissions of the files in them: these are those of most machines.
umask 022

# build SUMS FOLDER TIME-ZONE LANGUAGE MAVEN-OPTIONS...: builds in FOLDER, and writes the file SUMS.
build() {
    sums=$work/$1
    folder=$work/$2
    zone=$3
    language=$4
    shift 4
    mkdir -p "$folder"
    (
        git -C "$root" -c tar.umask=0022 archive --output="$work/source.tar" "$commit"
        tar -x -f "$work/source.tar" -C "$folder"
        TZ=$zone MAVEN_OPTS="${MAVEN_OPTS:-} -Duser.language=$language" \
            mvn -q -B -ntp -f "$folder/pom.xml" -Prelease -pl "$modules" -Dmaven.test.skip=true "$@" verify >&2
        cd "$folder"
        find . -path '*/target/*' \( -name '*.jar' -o -name 'bom.json' -o -name 'bom.xml' \) \
            ! -name 'original-*' ! -path '*/classes/*' ! -path '*/apidocs/*' -exec sha256sum {} + | sort -k 2
    ) > "$sums"
}

build one.sums one UTC en "$@"
build two.sums "another/folder with spaces" Asia/Kathmandu tr "$@"

count=$(wc -l < "$work/one.sums")
[ "$count" -ge 25 ] || {
    echo "only $count files were built" >&2
    exit 1
}
if ! diff "$work/one.sums" "$work/two.sums"; then
    echo "the two builds differ" >&2
    exit 1
fi
cat "$work/one.sums"
echo "$count files are the same in both builds"
