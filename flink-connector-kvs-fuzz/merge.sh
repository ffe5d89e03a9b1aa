#!/usr/bin/env bash
# Takes into the kept corpus what fuzzing has found since: of the inputs in .cifuzz-corpus those that
# reach what no kept one does, the smallest first, cut to what a small fragment takes. The tests must be
# compiled; options are for Maven.
set -euo pipefail
cd "$(dirname "$0")"

mvn -q -B "$@" dependency:build-classpath -Dmdep.outputFile=target/classpath

for found in .cifuzz-corpus/*/*; do
    class=$(basename "$(dirname "$found")")
    kept=src/test/resources/${class//.//}Inputs/$(basename "$found")
    java -Xmx512m -cp "target/test-classes:$(cat target/classpath)" com.code_intelligence.jazzer.Jazzer \
        --target_class="$class" -merge=1 -set_cover_merge=1 -max_len=600 "$kept" "$found"
done
