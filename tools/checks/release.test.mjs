// What `mvn -Prelease verify` has made, if it was run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const path = (file) => new URL(file, ROOT);
const text = (file) => readFileSync(path(file), "utf8");

const modules = execFileSync(fileURLToPath(path("tools/release/modules.sh")), { encoding: "utf8" }).trim().split(",");
const jars = modules.filter((module) => module !== ".");
const version = text("pom.xml").match(/<version>(.*?)<\/version>/)[1];
const released = jars.every((module) => existsSync(path(`${module}/target/bom.json.sha512`)));
const skip = released ? false : "run mvn -Prelease verify -Dmaven.test.skip=true before";

test("the published modules are known", () => assert(jars.includes("flink-connector-kvs") && jars.length >= 5, modules.join()));

test("the POMs have the metadata that Maven Central demands", () => {
  for (const element of ["name", "description", "url", "licenses", "developers", "scm"]) {
    assert(new RegExp(`^    <${element}[ >]`, "m").test(text("pom.xml")), element);
  }
  for (const module of jars) {
    for (const element of ["name", "description"]) {
      assert(text(`${module}/pom.xml`).includes(`\n    <${element}>`), `${module}: ${element}`);
    }
  }
});

for (const module of jars) {
  const name = `${module}/target/${module}-${version}`;

  test(`${module} has all files, with right checksums`, { skip }, () => {
    for (const file of [`${name}.jar`, `${name}-sources.jar`, `${name}-javadoc.jar`, `${module}/target/bom.json`, `${module}/target/bom.xml`]) {
      for (const algorithm of ["sha256", "sha512"]) {
        const sum = createHash(algorithm).update(readFileSync(path(file))).digest("hex");
        assert.equal(text(`${file}.${algorithm}`).trim().split(/\s/)[0], sum, `${file}.${algorithm}`);
      }
    }
  });

  test(`${module} has an SBOM of what comes with its jar, with licences`, { skip }, () => {
    const bom = JSON.parse(text(`${module}/target/bom.json`));
    assert.equal(bom.metadata.component.purl, `pkg:maven/io.github.flinkkvs/${module}@${version}?type=jar`);
    assert.equal(bom.metadata.timestamp, undefined, "two builds have the same SBOM");
    assert(bom.components.length > 0);
    for (const { name, group, licenses } of bom.components) {
      assert(licenses?.length > 0, `${name} has no licence`);
      assert(!/^org\.(apache\.flink|assertj)/.test(group), `${name} does not come with the jar`);
    }
  });

  const bundled = `${module}/target/bundled.txt`;
  if (module.includes("-sql-")) {
    test(`${module} contains what its SBOM says`, { skip }, () => {
      const contained = [...text(bundled).matchAll(/^ *([\w.-]+):([\w.-]+):jar:(?:[\w-]+:)?([\w.-]+):(?:compile|runtime)/gm)].map(
        ([, group, artifact, version]) => `${group}:${artifact}:${version}`,
      );
      assert(contained.length > 2);
      const listed = JSON.parse(text(`${module}/target/bom.json`))
        .components.filter(({ group }) => group !== "io.github.flinkkvs" && group !== "org.slf4j")
        .map(({ group, name, version }) => `${group}:${name}:${version}`);
      assert.deepEqual([...new Set(listed)].sort(), [...new Set(contained)].sort());
    });
  }
}
