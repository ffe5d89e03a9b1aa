// Checks CloudFormation templates without AWS: node cloudformation.mjs TEMPLATE...
//
// Against AWS's own database of resources: types, properties, required ones, values. Within the templates:
// names, cycles, exports that are imported, the JSON of dashboards, metrics. IAM policies: actions exist,
// and each is allowed for resources of its kind, for all of them only if it cannot be restricted.
//
// It is no replacement for cfn-lint, which knows more rules.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { parse } from "yaml";
import { checkStatement } from "./policies.mjs";

const PSEUDO_PARAMETERS = ["AccountId", "NoValue", "Partition", "Region", "StackName", "URLSuffix"].map(
  (name) => "AWS::" + name,
);

// What cannot be looked up: https://docs.aws.amazon.com/managed-flink/latest/java/ (metrics, runtimes),
// https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/monitoring-cloudwatch.html
const RUNTIMES = ["FLINK-1_20", "FLINK-2_2", "FLINK-2_3"];
// Only metrics that an application has by itself: those of tasks and operators are not there at the level APPLICATION.
const METRICS = {
  "AWS/KinesisAnalytics": [
    "containerMemoryUtilization",
    "cpuUtilization",
    "downtime",
    "failingTime",
    "fullRestarts",
    "heapMemoryUtilization",
    "lastCheckpointDuration",
    "numRestarts",
    "numberOfFailedCheckpoints",
    "restartingTime",
  ],
  "AWS/KinesisVideo": ["GetMedia.MillisBehindNow", "GetMedia.OutgoingBytes"],
};

/** The metrics that the connector registers: a test of its own holds the page against them. */
const CONNECTOR_METRICS = [
  ...readFileSync(new URL("../../docs/monitoring.md", import.meta.url), "utf8").matchAll(/^\| `(\w+)` \| (?:counter|gauge) /gm),
].map((row) => row[1]);

const FUNCTIONS = ["And", "Equals", "GetAtt", "If", "ImportValue", "Join", "Not", "Or", "Select", "Split", "Sub"];

/** Reads YAML with the short forms of functions, such as !Ref, as the long ones. */
export function read(text) {
  const customTags = ["Condition", "Ref", ...FUNCTIONS].flatMap((name) => {
    const key = FUNCTIONS.includes(name) ? "Fn::" + name : name;
    const long = (value) => ({ [key]: name === "GetAtt" && typeof value === "string" ? value.split(".") : value });
    return [
      { tag: "!" + name, resolve: long },
      { tag: "!" + name, collection: "seq", resolve: (seq) => long(seq.toJSON()) },
      { tag: "!" + name, collection: "map", resolve: (map) => long(map.toJSON()) },
    ];
  });
  return parse(text, { customTags, logLevel: "error" });
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** The name and the argument of a function, or nothing if the value is none. */
function functionOf(value) {
  if (!isObject(value) || Object.keys(value).length !== 1) {
    return undefined;
  }
  const [name, argument] = Object.entries(value)[0];
  return name === "Ref" || name.startsWith("Fn::") ? { name, argument } : undefined;
}

/** Calls visit with each function within a value. */
function eachFunction(value, visit) {
  const found = functionOf(value);
  if (found) {
    visit(found);
  }
  if (value !== null && typeof value === "object") {
    Object.values(value).forEach((part) => eachFunction(part, visit));
  }
}

/** The names in ${...} of a text, without those that the text itself defines. */
function namesIn(argument) {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return [...text.matchAll(/\$\{([^!}][^}]*)}/g)].map((match) => match[1]).filter((name) => !(name in variables));
}

class Template {
  constructor(file, content, spec) {
    this.file = file;
    this.content = content;
    this.spec = spec;
    this.problems = [];
  }

  problem(place, text) {
    this.problems.push(`${this.file}: ${place}: ${text}`);
  }

  async check(exports) {
    for (const [name, condition] of Object.entries(this.content.Conditions ?? {})) {
      this.checkFunctions(`Conditions.${name}`, condition, exports);
    }
    for (const [name, output] of Object.entries(this.content.Outputs ?? {})) {
      this.checkFunctions(`Outputs.${name}`, output, exports);
    }
    for (const [name, resource] of Object.entries(this.content.Resources)) {
      this.checkFunctions(name, resource, exports);
      await this.checkResource(name, resource);
    }
    this.checkCycles();
    this.checkParametersAreUsed();
    return this.problems;
  }

  checkFunctions(place, value, exports) {
    if (value.Condition !== undefined && !(value.Condition in (this.content.Conditions ?? {}))) {
      this.problem(place, `no condition ${value.Condition}`);
    }
    eachFunction(value, ({ name, argument }) => {
      if (name === "Ref") {
        this.checkName(place, argument);
      } else if (name === "Fn::Sub") {
        namesIn(argument).forEach((variable) => this.checkName(place, variable));
      } else if (name === "Fn::GetAtt") {
        this.checkName(place, argument.join("."));
      } else if (name === "Fn::If") {
        if (!(argument[0] in (this.content.Conditions ?? {}))) {
          this.problem(place, `no condition ${argument[0]}`);
        }
      } else if (name === "Fn::ImportValue") {
        const imported = argument["Fn::Sub"]?.replace(/^\$\{\w+}-/, "");
        if (!exports.has(imported)) {
          this.problem(place, `no template exports ${imported}`);
        }
      } else if (!FUNCTIONS.includes(name.replace("Fn::", ""))) {
        this.problem(place, `no function ${name}`);
      }
    });
  }

  /** Whether NAME or RESOURCE.ATTRIBUTE exists. */
  checkName(place, dotted) {
    const [name, ...attribute] = dotted.split(".");
    const resource = this.content.Resources[name];
    if (attribute.length > 0) {
      const known = resource && this.specOf(resource)?.attributes;
      if (!known || !(attribute.join(".") in known)) {
        this.problem(place, `no attribute ${dotted}`);
      }
    } else if (!resource && !(name in (this.content.Parameters ?? {})) && !PSEUDO_PARAMETERS.includes(name)) {
      this.problem(place, `no parameter or resource ${name}`);
    }
  }

  specOf(resource) {
    return this.spec.lookup("resource", "cloudFormationType", "equals", resource.Type)[0];
  }

  async checkResource(name, resource) {
    const spec = this.specOf(resource);
    if (!spec) {
      this.problem(name, `no type ${resource.Type}`);
      return;
    }
    this.checkProperties(name, resource.Properties ?? {}, spec.properties);
    const properties = resource.Properties ?? {};
    for (const document of ["PolicyDocument", "AssumeRolePolicyDocument"]) {
      for (const statement of properties[document]?.Statement ?? []) {
        const resources = [statement.Resource].flat().flatMap((resource) => this.texts(resource));
        for (const problem of await checkStatement(statement, resources)) {
          this.problem(`${name}.${statement.Sid ?? document}`, problem);
        }
      }
    }
    if (resource.Type === "AWS::CloudWatch::Alarm") {
      this.checkMetrics(name, properties);
    } else if (resource.Type === "AWS::CloudWatch::Dashboard") {
      this.checkDashboard(name, properties.DashboardBody);
    } else if (resource.Type === "AWS::KinesisAnalyticsV2::Application") {
      this.possible(properties.RuntimeEnvironment)
        .filter((runtime) => !RUNTIMES.includes(runtime))
        .forEach((runtime) => this.problem(name, `no runtime ${runtime}`));
    }
  }

  checkProperties(place, values, known) {
    for (const [name, property] of Object.entries(known)) {
      if (property.required && !(name in values)) {
        this.problem(place, `${name} is missing`);
      }
    }
    for (const [name, value] of Object.entries(values)) {
      if (!(name in known)) {
        this.problem(place, `no property ${name}`);
      } else {
        this.checkType(`${place}.${name}`, value, known[name].type);
      }
    }
  }

  checkType(place, value, type) {
    const call = functionOf(value);
    if (call?.name === "Fn::If") {
      call.argument.slice(1).forEach((branch) => this.checkType(place, branch, type));
      return;
    }
    if (call?.name === "Ref" && type.allowedValues) {
      this.possible(value).forEach((text) => this.checkType(place, text, type));
      return;
    }
    if (call) {
      return;
    }
    switch (type.type) {
      case "ref":
        this.expect(place, isObject(value), "an object") &&
          this.checkProperties(place, value, this.spec.get("typeDefinition", type.reference.$ref).properties);
        break;
      case "array":
        this.expect(place, Array.isArray(value), "a list") &&
          value.forEach((element, i) => this.checkType(`${place}[${i}]`, element, type.element));
        break;
      case "map":
        this.expect(place, isObject(value), "an object") &&
          Object.entries(value).forEach(([key, element]) => this.checkType(`${place}.${key}`, element, type.element));
        break;
      case "string":
        this.expect(place, ["string", "number"].includes(typeof value), "a string");
        this.expect(
          place,
          !type.allowedValues || type.allowedValues.includes(value),
          `one of ${type.allowedValues}, not ${value}`,
        );
        break;
      case "integer":
      case "number":
        this.expect(place, typeof value === "number", "a number");
        break;
      case "boolean":
        this.expect(place, typeof value === "boolean", "true or false");
        break;
    }
  }

  expect(place, condition, expected) {
    if (!condition) {
      this.problem(place, `must be ${expected}`);
    }
    return condition;
  }

  /** The texts that a value can be, as far as they are known. */
  possible(value) {
    const call = functionOf(value);
    if (call?.name === "Ref") {
      return this.content.Parameters?.[call.argument]?.AllowedValues ?? [];
    }
    if (call?.name === "Fn::If") {
      return call.argument.slice(1).flatMap((branch) => this.possible(branch));
    }
    return typeof value === "string" ? [value] : [];
  }

  checkMetrics(place, properties) {
    const metrics = [properties, ...(properties.Metrics ?? []).map((metric) => metric.MetricStat?.Metric)];
    for (const { Namespace, MetricName } of metrics.filter((metric) => metric?.MetricName)) {
      this.possible(MetricName)
        .filter((name) => !METRICS[Namespace]?.includes(name))
        .forEach((name) => this.problem(place, `no metric ${name} in ${Namespace}`));
    }
  }

  checkDashboard(place, body) {
    const [text, variables = {}] = [body["Fn::Sub"] ?? body].flat();
    // With either branch of each condition.
    for (const branch of [0, 1]) {
      const json = text.replace(/\$\{([\w:]+)}/g, (all, name) => {
        const texts = name in variables ? this.texts(variables[name]) : ["x"];
        return texts[branch] ?? texts[0];
      });
      try {
        JSON.parse(json)
          .widgets.flatMap((widget) => widget.properties.metrics ?? [])
          .map(([first, name]) => name ?? first.expression.match(/MetricName="([^"]+)"/)[1])
          .filter((name) => ![...Object.values(METRICS).flat(), ...CONNECTOR_METRICS].includes(name))
          .forEach((name) => this.problem(place, `no metric ${name}`));
      } catch (e) {
        this.problem(place, `no JSON: ${e.message}`);
        return;
      }
    }
  }

  /** The texts that an ARN can be, with x in place of what is not known. */
  texts(value) {
    const call = functionOf(value);
    switch (call?.name) {
      case "Fn::If":
        return call.argument.slice(1).flatMap((branch) => this.texts(branch));
      case "Fn::Sub":
        return [
          namesIn(call.argument).reduce(
            (text, name) => text.replaceAll("${" + name + "}", this.arnOf(name)),
            call.argument,
          ),
        ];
      case "Fn::GetAtt":
        return [this.arnOf(call.argument.join("."))];
      case "Ref":
        return [];
      default:
        return [value];
    }
  }

  /** What stands for a name within an ARN. */
  arnOf(name) {
    return name.endsWith(".Arn") ? "arn:x:s3:::x" : "x";
  }

  checkCycles() {
    const uses = (name) => {
      const used = new Set();
      eachFunction(this.content.Resources[name], ({ name: called, argument }) => {
        const names =
          called === "Ref" ? [argument] : called === "Fn::GetAtt" ? [argument[0]] : called === "Fn::Sub" ? namesIn(argument) : [];
        names.map((used) => used.split(".")[0]).forEach((target) => used.add(target));
      });
      [this.content.Resources[name].DependsOn ?? []].flat().forEach((target) => used.add(target));
      return [...used].filter((target) => target in this.content.Resources);
    };
    const visit = (name, path) => {
      if (path.includes(name)) {
        this.problem(name, `a cycle: ${[...path, name].join(" -> ")}`);
      } else {
        uses(name).forEach((target) => visit(target, [...path, name]));
      }
    };
    Object.keys(this.content.Resources).forEach((name) => visit(name, []));
  }

  checkParametersAreUsed() {
    const used = new Set();
    eachFunction(this.content, ({ name, argument }) => {
      (name === "Ref" ? [argument] : name === "Fn::Sub" ? namesIn(argument) : []).forEach((one) => used.add(one));
    });
    for (const name of Object.keys(this.content.Parameters ?? {})) {
      this.expect(`Parameters.${name}`, used.has(name), "used");
    }
  }
}

let spec;

/** Returns what is wrong with templates, given as text by the name of their file. */
export async function check(templates) {
  spec ??= loadAwsServiceSpecSync();
  const contents = Object.entries(templates).map(([file, text]) => [file, read(text)]);
  const exports = new Set(
    contents.flatMap(([, content]) =>
      Object.values(content.Outputs ?? {}).map((output) => output.Export?.Name["Fn::Sub"].replace("${AWS::StackName}-", "")),
    ),
  );
  const problems = [];
  for (const [file, content] of contents) {
    problems.push(...(await new Template(file, content, spec).check(exports)));
  }
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const files = process.argv.slice(2);
  const problems = await check(Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")])));
  problems.forEach((problem) => console.error(problem));
  console.error(`${files.length} templates, ${problems.length} problems`);
  process.exitCode = problems.length > 0 || files.length === 0 ? 1 : 0;
}
