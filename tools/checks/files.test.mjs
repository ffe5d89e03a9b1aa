import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import * as checks from "./files.mjs";

const ROOT = new URL("../../", import.meta.url);
const text = (file) => readFileSync(new URL(file, ROOT), "utf8");
const files = (folder) => readdirSync(new URL(folder, ROOT)).map((file) => `${folder}${file}`);
const pom = text("pom.xml");
const property = (name) => pom.match(new RegExp(`<${name}>(.*)</${name}>`))[1];

/** The operator's definition of a FlinkDeployment, if there is one: run.sh gets it, and says which Flink it knows. */
const DEFINITION = process.env.FLINK_DEPLOYMENT_DEFINITION;
const definition = DEFINITION ? readFileSync(DEFINITION, "utf8") : undefined;
const deployment = (file) => checks.kubernetes(file, definition, process.env.FLINK_DEPLOYMENT_VERSION);

const KINDS = {
  workflow: files(".github/workflows/"),
  dependabot: [".github/dependabot.yml"],
  issueForm: files(".github/ISSUE_TEMPLATE/").filter((file) => !file.endsWith("config.yml")),
  issueConfig: [".github/ISSUE_TEMPLATE/config.yml"],
  compose: ["deploy/docker/compose.yaml"],
  dockerfile: ["deploy/docker/Dockerfile", "deploy/kubernetes/Dockerfile"],
};

for (const [kind, found] of Object.entries(KINDS)) {
  for (const file of found) {
    test(`${file} has no problems`, async () => assert.deepEqual(await checks[kind](text(file)), []));
  }
}

test("deploy/kubernetes/flinkdeployment.yaml has no problems", (context) => {
  if (!definition) context.diagnostic("FLINK_DEPLOYMENT_DEFINITION is not set: FlinkDeployment is not checked");
  assert.deepEqual(deployment(text("deploy/kubernetes/flinkdeployment.yaml")), []);
});

// A check that finds nothing in these would find nothing in the files either.
for (const [mistake, kind, file, from, to, problem] of [
  ["a context that is not there", "workflow", "workflows/build.yml", "matrix.java }}", "matrix.jdk }}", /property "jdk" is not defined/],
  ["an input that is not there", "workflow", "workflows/build.yml", "java-version: 17", "jdk-version: 17", /input "jdk-version" is not defined/],
  ["a job that never runs", "workflow", "workflows/fuzz.yml", "17 1 * * *", "17 25 * * *", /cron/i],
  ["an ecosystem that is not there", "dependabot", "dependabot.yml", "package-ecosystem: maven", "package-ecosystem: mvn", /mvn|must be equal to one of/],
  ["a form without questions", "issueForm", "ISSUE_TEMPLATE/bug.yml", /body:[^]*/, "body: []\n", /fewer than 1/],
  ["a kind of question that is not there", "issueForm", "ISSUE_TEMPLATE/bug.yml", "type: dropdown", "type: menu", /type/],
  ["a link without an address", "issueConfig", "ISSUE_TEMPLATE/config.yml", /url: .*\n/, "link: x\n", /url/],
]) {
  test(`finds ${mistake}`, () => finds(kind, `.github/${file}`, from, to, problem));
}
for (const [mistake, kind, file, from, to, problem] of [
  ["an unknown key of a service", "compose", "docker/compose.yaml", "healthcheck:", "health-check:", /health-check/],
  ["an unknown instruction", "dockerfile", "docker/Dockerfile", "COPY --from", "COPIE --from", /command|instruction/i],
  ["an unknown key of a role", "kubernetes", "kubernetes/flinkdeployment.yaml", "verbs:", "verb:", /Role kvs-pictures: .*verb/],
  ["a kind that is not there", "kubernetes", "kubernetes/flinkdeployment.yaml", "kind: ConfigMap", "kind: ConfigMaps", /there is no v1 ConfigMaps/],
]) {
  test(`finds ${mistake}`, () => finds(kind, `deploy/${file}`, from, to, problem));
}
for (const [mistake, from, to, problem] of [
  ["an unknown key of a job", "upgradeMode:", "upgrade:", /spec\/job .*upgrade/],
  ["an upgrade mode that is not there", "upgradeMode: savepoint", "upgradeMode: safepoint", /upgradeMode/],
  ["an unknown key of a pod", "mountPath:", "path:", /volumeMounts.*path/],
]) {
  test(`finds ${mistake}`, { skip: definition ? false : "FLINK_DEPLOYMENT_DEFINITION is not set" }, () => {
    const file = text("deploy/kubernetes/flinkdeployment.yaml");
    assert(file.includes(from));
    const problems = deployment(file.replaceAll(from, to));
    assert(problems.some((one) => problem.test(one)), problems.join("\n") || "no problem was found");
  });
}

async function finds(kind, file, from, to, problem) {
  const wrong = text(file).replace(from, to);
  assert.notEqual(wrong, text(file), "the mistake was made");
  const problems = await checks[kind](wrong);
  assert(problems.some((one) => problem.test(one)), problems.join("\n") || "no problem was found");
}

test("images have the Flink of the examples", () => {
  for (const file of KINDS.dockerfile) {
    const [, version] = text(file).match(/^FROM flink:(\S+)-java17$/m);
    assert.equal(version, property("flink.examples.version"), file);
  }
  const objects = parseAllDocuments(text("deploy/kubernetes/flinkdeployment.yaml")).map((one) => one.toJS());
  const { spec } = objects.find(({ kind }) => kind === "FlinkDeployment");
  const [major, minor] = property("flink.examples.version").split(".");
  assert.equal(spec.flinkVersion, `v${major}_${minor}`);
  const [{ value }] = spec.podTemplate.spec.containers[0].env;
  assert.equal(value, `flink-s3-fs-hadoop-${property("flink.examples.version")}.jar`);
});

test("the library that reads the properties has the version of the build", () => {
  const version = property("aws.kinesisanalytics.runtime.version");
  for (const [file, pattern] of [
    ["deploy/kubernetes/Dockerfile", /:aws-kinesisanalytics-runtime:(\S+)/],
    ["docs/managed-flink.md", /`aws-kinesisanalytics-runtime` \(Maven: `com.amazonaws`, version (\S+)\)/],
  ]) {
    assert.equal(text(file).match(pattern)[1], version, file);
  }
});

test("workflows test the supported versions of Flink", () => {
  const { flink } = parse(text(".github/workflows/build.yml")).jobs;
  const [, supported] = pom.match(/<!-- The Flink of the integration tests: (.*) are supported\. -->/);
  assert.deepEqual(flink.strategy.matrix.flink.map(String), supported.split(/, | and /));
});

test("what the container files and workflows name is there", () => {
  const names = (file, pattern) => [...text(file).matchAll(pattern)].map(([, name]) => name);
  const modules = Object.keys(KINDS).flatMap((kind) => KINDS[kind].flatMap((file) => names(file, /-pl ([a-z][\w/,-]*)/g)));
  const scripts = KINDS.workflow.flatMap((file) => names(file, /(?:^|[ (])(\.?\w+(?:\/\w+)*\/\w+\.sh|\.ci\/\w+)/gm));
  const folders = parse(text(".github/dependabot.yml")).updates.map(({ directory }) => directory.slice(1));
  assert(modules.length > 2 && scripts.length > 2 && folders.length > 1, `${modules} ${scripts} ${folders}`);
  for (const name of [...modules.flatMap((list) => list.split(",")), ...scripts, ...folders]) {
    assert(existsSync(new URL(name, ROOT)), name);
  }
  for (const name of text("deploy/docker/compose.yaml").match(/io\.github\.flinkkvs[\w.]+/g)) {
    const path = `src/main/java/${name.replaceAll(".", "/")}.java`;
    assert(["examples", "flink-connector-kvs-testing"].some((module) => existsSync(new URL(`${module}/${path}`, ROOT))), name);
  }
});
