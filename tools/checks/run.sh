#!/bin/sh
# Installs what the checks need, and runs them: tools/checks/run.sh. Needs Node 20 or newer, a JDK and Maven. It names
# linters that are missing, and fails for them if the variable CI is set.
set -eu
cd -- "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund

# The definition of a FlinkDeployment comes with the operator's API. This version knows Flink up to 1.20 only, so the
# checks put v1_20 in the place of flinkVersion: they do not check this field.
mkdir -p target
(
    cd target
    mvn -q -B -ntp -N -f ../../../pom.xml dependency:copy -DoutputDirectory="$PWD" \
        -Dartifact=org.apache.flink:flink-kubernetes-operator-api:1.10.0
    jar xf flink-kubernetes-operator-api-1.10.0.jar META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml
)
FLINK_DEPLOYMENT_DEFINITION=target/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml \
FLINK_DEPLOYMENT_VERSION=v1_20 \
    npm test

# Linters that are not in npm.
cd ../..
missing() {
    echo "$1" >&2
    [ -z "${CI:-}" ] || exit 1
}
if command -v shellcheck > /dev/null; then
    git ls-files -z .ci '*.sh' | xargs -0 shellcheck
else
    missing "no shellcheck: shell scripts are NOT checked"
fi
if command -v yamllint > /dev/null; then
    yamllint --strict .github deploy examples/managed-flink
else
    missing "no yamllint: YAML files are checked against their schemas only"
fi
