#!/bin/sh
# graphql-constraint-directive 6.0.0 with graphql 16.15.0 and @graphql-tools/schema 10.1.5 (npm)
#
# Expected: a constraint is about a value that is there. An optional field that is left out is valid, as it
# is with the directive's `minLength` and `min`, and with `minItems` in JSON Schema (Validation, section
# 6.4.2: it is for arrays).
#
# Seen: with the package's validation rule, which is its only way to check the size of lists, `minItems`
# makes an optional list required: an input without it, or with null, is refused, "Argument "where" of
# "campaigns" must be at least 1 in length", which names the argument and not the list.
#
# For users: adding `@constraint(minItems: 1)` to an optional filter breaks every operation that does
# not use it. Check such lists in the resolver.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  graphql@16.15.0 graphql-constraint-directive@6.0.0 @graphql-tools/schema@10.1.5
cat > check.cjs <<'JS'
const assert = require("assert");
const { makeExecutableSchema } = require("@graphql-tools/schema");
const { parse, specifiedRules, validate } = require("graphql");
const { constraintDirectiveTypeDefs, createQueryValidationRule } = require("graphql-constraint-directive");

const types = (list) => `
  input Where { name: String @constraint(minLength: 1), reach: Int @constraint(min: 1), countries: [String!]${list} }
  type Query { campaigns(where: Where): Int }
`;
const errors = (list, text, variables = {}) => {
  const schema = makeExecutableSchema({ typeDefs: [constraintDirectiveTypeDefs, types(list)] });
  const rules = [...specifiedRules, createQueryValidationRule({ variables })];
  return validate(schema, parse(text), rules).map((error) => error.message);
};
const short = 'Argument "where" of "campaigns" must be at least 1 in length';
const asVariable = "query ($where: Where) { campaigns(where: $where) }";
const cases = [
  ['{ campaigns(where: { countries: ["JP"] }) }', {}, []],
  ["{ campaigns(where: { countries: [] }) }", {}, [short]],
  ["{ campaigns(where: {}) }", {}, [short]],
  ["{ campaigns(where: { countries: null }) }", {}, [short]],
  [asVariable, { where: {} }, ['Variable "$where" at "where.countries" must be at least 1 in length']],
];
for (const [text, variables, expected] of cases) {
  const seen = errors(" @constraint(minItems: 1)", text, variables);
  console.log(text, variables, seen);
  assert.deepStrictEqual(seen, expected);
  assert.deepStrictEqual(errors("", text, variables), []);
}
JS
node check.cjs
