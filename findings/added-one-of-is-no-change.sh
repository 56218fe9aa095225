#!/bin/sh
# graphql 16.15.0 (npm) and graphql-core 3.3.2 (PyPI)
#
# Expected: making an input type `@oneOf` is reported as a breaking change: operations that give two
# of its fields were valid and are no longer. GraphQL specification (September 2025), OneOf Input
# Objects.
#
# Seen: graphql's findBreakingChanges() and findDangerousChanges(), and graphql-core's two functions of
# the same names, compare fields and types and report nothing. (graphql-inspector does report it.)
#
# For users: a comparison of schemas built on these functions lets `@oneOf` through; compare the printed
# schemas too.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check graphql-core==3.3.2
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, findBreakingChanges, findDangerousChanges, parse, validate } = require("graphql");

const sdl = (directive) => `input By ${directive} { id: ID, name: String } type Query { find(by: By!): Int }`;
const [old, now] = [buildSchema(sdl("")), buildSchema(sdl("@oneOf"))];
const operation = parse('{ find(by: {id: "1", name: "x"}) }');
assert.strictEqual(validate(old, operation).length, 0);
assert.strictEqual(validate(now, operation).length, 1);
console.log("graphql:", findBreakingChanges(old, now), findDangerousChanges(old, now));
assert.deepStrictEqual(findBreakingChanges(old, now), []);
assert.deepStrictEqual(findDangerousChanges(old, now), []);
JS
node check.cjs
cat > check.py <<'PY'
from graphql import build_schema, find_breaking_changes, find_dangerous_changes, parse, validate

sdl = "input By %s { id: ID, name: String } type Query { find(by: By!): Int }"
old, now = build_schema(sdl % ""), build_schema(sdl % "@oneOf")
operation = parse('{ find(by: {id: "1", name: "x"}) }')
assert not validate(old, operation)
assert len(validate(now, operation)) == 1
print("graphql-core:", find_breaking_changes(old, now), find_dangerous_changes(old, now))
assert find_breaking_changes(old, now) == []
assert find_dangerous_changes(old, now) == []
PY
venv/bin/python check.py
