#!/bin/sh
# graphql-scalars 2.0.0 with graphql 16.15.0 (npm)
#
# Expected: LocalDateTime refuses a day that no calendar has, as LocalDate, Date and DateTime of the same
# package do. It is documented as a local date-time in the form YYYY-MM-DDTHH:mm:ss.
#
# Seen: LocalDateTime looks at each part alone: 30 February, 31 April and 29 February 2023 pass; a month 13
# and a day 32 do not.
#
# For users: the value fails later, in the database, or JavaScript's Date makes 1 March of it in silence.
# Check it once more where it is turned into a date.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-scalars@2.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { GraphQLDate, GraphQLDateTime, GraphQLLocalDate, GraphQLLocalDateTime } = require("graphql-scalars");

for (const day of ["2020-02-30", "2023-02-29", "2023-04-31"]) {
  assert.strictEqual(GraphQLLocalDateTime.parseValue(`${day}T10:00:00`), `${day}T10:00:00`);
  assert.throws(() => GraphQLLocalDate.parseValue(day));
  assert.throws(() => GraphQLDate.parseValue(day));
  assert.throws(() => GraphQLDateTime.parseValue(`${day}T10:00:00Z`));
  console.log(day, "only LocalDateTime takes it");
}
assert.throws(() => GraphQLLocalDateTime.parseValue("2023-13-01T10:00:00"));
assert.throws(() => GraphQLLocalDateTime.parseValue("2023-01-32T10:00:00"));
JS
node check.cjs
