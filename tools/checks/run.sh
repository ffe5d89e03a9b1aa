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
