#!/bin/sh
# Prints the modules that are published, separated by commas: all that do not set maven.deploy.skip.
set -eu
cd -- "$(dirname "$0")/../.."
set --
# shellcheck disable=SC2013 # names of modules have no spaces
for module in $(sed -n 's:^ *<module>\(.*\)</module> *$:\1:p' pom.xml); do
    grep -q '<maven.deploy.skip>true</maven.deploy.skip>' "$module/pom.xml" || set -- "$@" "$module"
done
printf '.'
printf ',%s' "$@"
echo
