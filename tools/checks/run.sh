#!/bin/sh
# Installs what the checks need, and runs them: tools/checks/run.sh. Needs Node 20 or newer, a JDK and Maven.
set -eu
cd -- "$(dirname "$0")"
npm ci --no-audit --no-fund

# The definition of a FlinkDeployment comes with the operator's API. Newer versions are not in Maven Central, and this
# one knows Flink up to 1.20.
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
if command -v shellcheck > /dev/null; then
    git ls-files -z .ci '*.sh' | xargs -0 shellcheck
else
    echo "no shellcheck: shell scripts are not checked"
fi
if command -v yamllint > /dev/null; then
    yamllint --strict .github deploy examples/managed-flink
else
    echo "no yamllint: YAML files are checked against their schemas only"
fi
