#!/bin/sh
# strawberry-graphql 0.341.2 with graphql-core 3.3.2 (PyPI)
#
# Expected: `strawberry schema-codegen`, documented as code generation from a schema's SDL, writes code
# whose schema is the one it was given, or says what it cannot carry over.
#
# Seen: arguments of fields are dropped, and inputs that only they use with them; so are deprecations and
# `@oneOf`; a name in snake case or with an acronym gets another one: `follower_count` becomes
# `followerCount` and `profileURL` `profileUrl`. There is no message and the exit code is 0.
#
# For users: moving a schema to Strawberry this way breaks most operations. Compare the export with the
# old schema, and give names by strawberry.field(name=…).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  "strawberry-graphql[cli]==0.341.2" graphql-core==3.3.2
cat > schema.graphql <<'GRAPHQL'
input By @oneOf { id: ID name: String }
type Creator { id: ID! follower_count: Int profileURL: String old: Int @deprecated(reason: "gone") }
type Query { creator(by: By!): Creator creators(first: Int = 10): [Creator!]! }
GRAPHQL
venv/bin/strawberry schema-codegen schema.graphql > generated.py
venv/bin/strawberry export-schema generated:schema > exported.graphql
cat > check.py <<'PY'
from pathlib import Path

from graphql import build_schema, find_breaking_changes

code = Path("generated.py").read_text()
before, after = (build_schema(Path(name).read_text()) for name in ("schema.graphql", "exported.graphql"))
changes = {change.description for change in find_breaking_changes(before, after)}
print(*sorted(changes), sep="\n")
assert {
    "Argument Query.creator(by:) was removed.",
    "Argument Query.creators(first:) was removed.",
    "Field Creator.follower_count was removed.",
    "Field Creator.profileURL was removed.",
    "By was removed.",
} <= changes
assert {"followerCount", "profileUrl"} <= after.type_map["Creator"].fields.keys()
assert before.type_map["Creator"].fields["old"].deprecation_reason == "gone"
assert after.type_map["Creator"].fields["old"].deprecation_reason is None
assert before.type_map["By"].is_one_of and "class By" in code and "one_of" not in code
PY
venv/bin/python check.py
