#!/bin/sh
# @graphql-inspector/core 8.0.0 (npm), with graphql 16.15.0
#
# Expected: for the definition of a directive that operations use, a change is breaking when it makes
# valid operations invalid. Taking away `repeatable` does (GraphQL specification, Directives Are
# Unique per Location); adding an argument that has a default does not (Required Arguments). graphql's
# findBreakingChanges() agrees.
#
# Seen: diff() has it the other way round: `repeatable` taken away is DANGEROUS, and an added argument
# that is non-null with a default is BREAKING. The same argument of a field is only DANGEROUS.
#
# For users: a check that fails on breaking changes passes the harmful change and stops the harmless
# one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 @graphql-inspector/core@8.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, findBreakingChanges, parse, validate } = require("graphql");
const { diff } = require("@graphql-inspector/core");

const schema = (directive) => buildSchema(`directive @tag${directive} on FIELD type Query { title: Int }`);
const errors = (built, text) => validate(built, parse(text)).length;

(async () => {
  const cases = [
    ["(name: String) repeatable", "(name: String)", '{ title @tag(name: "a") @tag(name: "b") }', 1, "DANGEROUS"],
    ["(name: String)", "(name: String, weight: Int! = 1)", '{ title @tag(name: "a") }', 0, "BREAKING"],
  ];
  for (const [before, after, operation, invalid, level] of cases) {
    const [old, now] = [schema(before), schema(after)];
    assert.strictEqual(errors(old, operation), 0);
    assert.strictEqual(errors(now, operation), invalid);
    assert.strictEqual(findBreakingChanges(old, now).length, invalid);
    const levels = (await diff(old, now)).map((change) => change.criticality.level);
    console.log(before, "->", after, levels);
    assert.deepStrictEqual(levels, [level]);
  }
})();
JS
node check.cjs
