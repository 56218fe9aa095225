#!/bin/sh
# social-links 1.15.1 (npm)
#
# Expected: sanitize() returns the canonical address of the same profile. On YouTube, /channel/ is
# followed by a channel's id and /@ by its handle: two names of different kinds.
#
# Seen: the address of a channel by id becomes one whose handle is that id, which is another address, of
# nobody or of somebody else.
#
# For users: keep addresses of YouTube channels as they are given, and compare ids with ids alone.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts social-links@1.15.1
cat > check.cjs <<'JS'
const assert = require("assert");
const { SocialLinks } = require("social-links");

const links = new SocialLinks();
const byId = "https://www.youtube.com/channel/UCexampleexampleexample1";
console.log(links.sanitize("youtube", byId));
assert.ok(links.isValid("youtube", byId));
assert.strictEqual(links.sanitize("youtube", byId), "https://youtube.com/@UCexampleexampleexample1");
assert.strictEqual(links.sanitize("youtube", "https://youtube.com/@aiko"), "https://youtube.com/@aiko");
JS
node check.cjs
