#!/bin/sh
# graphql 16.15.0 and @graphql-inspector/core 8.0.0 (npm)
#
# Expected: taking the default from a non-null argument or input field is reported as breaking, since
# it becomes required and operations that leave it out are invalid from then on. GraphQL
# specification, Required Arguments and Input Object Required Fields: required is what is non-null and
# has no default.
#
# Seen: findBreakingChanges() of graphql reports neither. findDangerousChanges() has the argument, as a
# changed default, and nothing at all for the input field. graphql-inspector's diff() calls both
# DANGEROUS, so that a check that fails on breaking changes passes.
#
# For users: look at each change of a default by hand, or let the check fail on dangerous changes too.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 @graphql-inspector/core@8.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, findBreakingChanges, findDangerousChanges, parse, validate } = require("graphql");
const { diff } = require("@graphql-inspector/core");

const cases = [
  ["type Query { page(size: Int! = 10): Int }", "type Query { page(size: Int!): Int }", "{ page }",
    ["ARG_DEFAULT_VALUE_CHANGE"]],
  ["input By { size: Int! = 10 } type Query { page(by: By!): Int }",
    "input By { size: Int! } type Query { page(by: By!): Int }", "{ page(by: {}) }", []],
];

(async () => {
  for (const [before, after, operation, dangerous] of cases) {
    const [old, now] = [buildSchema(before), buildSchema(after)];
    assert.strictEqual(validate(old, parse(operation)).length, 0);
    assert.strictEqual(validate(now, parse(operation)).length, 1);
    const levels = (await diff(old, now)).map((change) => change.criticality.level);
    console.log(after, findBreakingChanges(old, now), findDangerousChanges(old, now), levels);
    assert.deepStrictEqual(findBreakingChanges(old, now), []);
    assert.deepStrictEqual(findDangerousChanges(old, now).map((change) => change.type), dangerous);
    assert.deepStrictEqual(levels, ["DANGEROUS"]);
  }
})();
JS
node check.cjs
