#!/bin/sh
# graphql-jit (npm) 0.8.9, with graphql 16.15.0
#
# Expected: where a variable that the request leaves out is the value of an input object's field, that
# field counts as left out: it takes its own default, or is absent. GraphQL specification, Input
# Objects, Input Coercion.
#
# Seen: the field is null, so its default is lost, and a resolver cannot tell "leave it" from "clear it".
# The same variable as an argument's value is treated rightly.
#
# For users: a mutation that changes only the fields it was given clears the others, when a client
# writes `input: {title: $title, note: $note}` and leaves `note` out. Let clients pass the whole
# input object as one variable.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-jit@0.8.9
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, execute, parse, validate } = require("graphql");
const { compileQuery } = require("graphql-jit");

const schema = buildSchema(`
  input Change { limit: Int = 10, note: String }
  type Query { change(input: Change!): String, plain(limit: Int = 10): String }
`);
for (const field of Object.values(schema.getQueryType().getFields()))
  field.resolve = (_source, args) => JSON.stringify(args.input ?? args);

async function answers(text, variableValues) {
  const document = parse(text);
  assert.deepStrictEqual(validate(schema, document), []);
  const plain = await execute({ schema, document, variableValues });
  const jit = await compileQuery(schema, document).query(undefined, {}, variableValues);
  const values = [plain, jit].map(({ data }) => JSON.parse(Object.values(data)[0]));
  console.log(text, "graphql-js:", values[0], "graphql-jit:", values[1]);
  return values;
}

(async () => {
  const fields = "query ($l: Int, $n: String) { change(input: {limit: $l, note: $n}) }";
  assert.deepStrictEqual(await answers(fields, {}), [{ limit: 10 }, { limit: null, note: null }]);
  const argument = "query ($l: Int) { plain(limit: $l) }";
  assert.deepStrictEqual(await answers(argument, {}), [{ limit: 10 }, { limit: 10 }]);
  const whole = "query ($i: Change!) { change(input: $i) }";
  assert.deepStrictEqual(await answers(whole, { i: {} }), [{ limit: 10 }, { limit: 10 }]);
})();
JS
node check.cjs
