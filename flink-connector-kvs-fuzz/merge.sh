#!/usr/bin/env bash
# Adds the findings of fuzzing to the kept corpus: the inputs in .cifuzz-corpus that reach code which no
# kept input reaches, the smallest first, cut to the size of a small fragment. Compile the tests first;
# options go to Maven.
set -euo pipefail
cd "$(dirname "$0")"

mvn -q -B "$@" dependency:build-classpath -Dmdep.outputFile=target/classpath

for found in .cifuzz-corpus/*/*; do
    class=$(basename "$(dirname "$found")")
    kept=src/test/resources/${class//.//}Inputs/$(basename "$found")
    java -Xmx512m -cp "target/test-classes:$(cat target/classpath)" com.code_intelligence.jazzer.Jazzer \
        --target_class="$class" -merge=1 -set_cover_merge=1 -max_len=600 "$kept" "$found"
done
