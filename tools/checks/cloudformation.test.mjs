import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { check, read } from "./cloudformation.mjs";

const FOLDER = new URL("../../examples/managed-flink/", import.meta.url);
const text = (file) => readFileSync(new URL(file, FOLDER), "utf8");
const TEMPLATES = {
  "infrastructure.yaml": text("infrastructure.yaml"),
  "application.yaml": text("application.yaml"),
};

test("the templates have no problems", async () => {
  assert.deepEqual(await check(TEMPLATES), []);
});

// A check that finds nothing in these would find nothing in the templates either.
for (const [mistake, file, from, to, problem] of [
  ["an unknown property", "application.yaml", "AutoScalingEnabled:", "AutoscalingEnabled:", /no property AutoscalingEnabled/],
  ["an unknown type", "infrastructure.yaml", "AWS::Logs::LogStream", "AWS::Logs::Stream", /no type AWS::Logs::Stream/],
  ["a property that is missing", "application.yaml", "FileKey: !Ref Jar", "ObjectVersion: !Ref Jar", /FileKey is missing/],
  ["a value that is not allowed", "application.yaml", "MetricsLevel: APPLICATION", "MetricsLevel: APP", /must be one of .*, not APP/],
  ["a value of another type", "application.yaml", "Threshold: 85", "Threshold: high", /must be a number/],
  ["a name that is not there", "application.yaml", "Ref Parallelism\n", "Ref Paralelism\n", /no parameter or resource Paralelism/],
  ["an attribute that is not there", "infrastructure.yaml", "GetAtt Role.Arn", "GetAtt Role.Name", /no attribute Role.Name/],
  ["a condition that is not there", "application.yaml", "If [OnFlink1, downtime", "If [OnFlink, downtime", /no condition OnFlink$/],
  ["an import that nobody exports", "application.yaml", "-RoleArn", "-Role", /no template exports Role$/],
  ["a log stream that is missing", "infrastructure.yaml", /  LogStream:\n[^]*?\n\n/, "", /no parameter or resource LogStream/],
  ["a cycle", "infrastructure.yaml", "LogGroupName: !Sub /aws/kinesis-analytics/${ApplicationName}", "LogGroupName: !Ref LogStream", /a cycle: LogGroup -> LogStream -> LogGroup/],
  ["a parameter without use", "application.yaml", "every: !Ref Every", "every: 25", /Parameters.Every: must be used/],
  ["a runtime that is not there", "application.yaml", "FLINK-2_3]", "FLINK-2_9]", /no runtime FLINK-2_9/],
  ["an action that is not there", "infrastructure.yaml", "kinesisvideo:GetMedia\n", "kinesisvideo:ReadMedia\n", /no action kinesisvideo:ReadMedia/],
  ["an action that is allowed for all", "infrastructure.yaml", "Resource: !Sub ${Bucket.Arn}/jars/*", 'Resource: "*"', /less than \*, as s3:GetObject can be/],
  ["an action that cannot be restricted", "infrastructure.yaml", /Action: kinesisvideo:ListStreams\n *Resource: "\*"/, "Action: kinesisvideo:ListStreams\n            Resource: !GetAtt Bucket.Arn", /ListStreams cannot be restricted/],
  ["an ARN without the last part", "infrastructure.yaml", "stream/${StreamName}/*", "stream/${StreamName}", /no action is for arn:.*:stream.x$/],
  ["a metric that is not there", "application.yaml", "MetricName: cpuUtilization", "MetricName: cpuUtilisation", /no metric cpuUtilisation in AWS.KinesisAnalytics/],
  ["a metric of a dashboard", "application.yaml", '"heapMemoryUtilization"', '"heapUtilization"', /no metric heapUtilization/],
  ["a metric of tasks", "application.yaml", "MetricName: cpuUtilization", "MetricName: backPressuredTimeMsPerSecond", /no metric backPressuredTimeMsPerSecond/],
  ["a metric that the connector does not have", "application.yaml", "maxMillisBehindNow", "maxMillisBehind", /no metric maxMillisBehind/],
  ["a metric that a dashboard searches", "application.yaml", "GetMedia.OutgoingBytes", "GetMedia.Bytes", /no metric GetMedia.Bytes/],
  ["a metric of a dashboard on another runtime", "application.yaml", "Restarts: !If [OnFlink1, fullRestarts, numRestarts]", "Restarts: !If [OnFlink1, fullRestarts, restarts]", /no metric restarts/],
  ["a dashboard that is no JSON", "application.yaml", '"widgets": [', '"widgets": [,', /no JSON/],
  ["a dashboard that is no JSON for one stream", "application.yaml", 'StreamName=\\"${StreamName}', 'StreamName="${StreamName}', /no JSON/],
]) {
  test(`finds ${mistake}`, async () => {
    const wrong = { ...TEMPLATES, [file]: TEMPLATES[file].replace(from, to) };
    assert.notEqual(wrong[file], TEMPLATES[file], "the mistake was made");
    const problems = await check(wrong);
    assert(problems.some((one) => problem.test(one)), problems.join("\n") || "no problem was found");
  });
}

/** The properties of the application, by group. */
function properties() {
  const configuration = read(TEMPLATES["application.yaml"]).Resources.Application.Properties.ApplicationConfiguration;
  return configuration.EnvironmentProperties.PropertyGroups;
}

test("the job knows the properties of the template", () => {
  const job = text("src/main/java/io/github/flinkkvs/examples/managed/ManagedFlinkJob.java");
  const options = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  for (const { PropertyGroupId, PropertyMap } of properties()) {
    assert(job.includes(`"${PropertyGroupId}"`), PropertyGroupId);
    for (const key of Object.keys(PropertyMap)) {
      assert(key.includes(".") ? options.includes(`\`${key}\``) : job.includes(`"${key}"`), key);
    }
  }
});

/** The policies of a page, each by the title before it. */
function documented(page) {
  const markdown = readFileSync(new URL("../../docs/" + page, import.meta.url), "utf8");
  const policies = markdown.matchAll(/\*\*([^*]+)\*\*(?:(?!\*\*|```)[^])*```json\n([^]*?)```/g);
  return Object.fromEntries([...policies].map((policy) => [policy[1], JSON.parse(policy[2])]));
}

test("the role may read what the documentation says, and nothing else", () => {
  const resources = read(TEMPLATES["infrastructure.yaml"]).Resources;
  const statements = Object.values(resources)
    .filter((resource) => resource.Type === "AWS::IAM::RolePolicy")
    .flatMap((resource) => resource.Properties.PolicyDocument.Statement);
  const actions = (list) =>
    Object.fromEntries(
      list
        .filter((one) => JSON.stringify(one.Action).includes("kinesisvideo:"))
        .map((one) => [one.Sid, [one.Action].flat()]),
    );
  assert.deepEqual(actions(statements), actions(documented("history.md")["With discovery by prefix"].Statement));
});
