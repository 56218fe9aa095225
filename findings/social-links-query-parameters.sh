#!/bin/sh
# social-links 1.15.1 (npm)
#
# Expected: with `allowQueryParams`, which is there for addresses as they are shared, a query is ignored where
# it says nothing about the profile, and an address whose profile is in the query is read or refused.
#
# Seen: the query is thrown away in all of them. Each Facebook profile without a name of its own, as
# facebook.com/profile.php?id=…, is valid and becomes the same https://facebook.com/profile.php; any video
# of YouTube, as youtube.com/watch?v=…, becomes the profile @watch. Without the option both are refused,
# and so is an address with `utm_source`.
#
# For users: creators on Facebook are taken for one another, and a video passes for a channel. Refuse the
# names "profile.php" and "watch", or take the tracking parameters off and leave the option out.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts social-links@1.15.1
cat > check.cjs <<'JS'
const assert = require("assert");
const { SocialLinks } = require("social-links");

const strict = new SocialLinks();
const open = new SocialLinks({ allowQueryParams: true });
const cases = [
  ["instagram", "https://www.instagram.com/joinery.example?utm_source=qr", "https://instagram.com/joinery.example"],
  ["facebook", "https://www.facebook.com/profile.php?id=100000000000001", "https://facebook.com/profile.php"],
  ["facebook", "https://www.facebook.com/profile.php?id=100000000000002", "https://facebook.com/profile.php"],
  ["youtube", "https://www.youtube.com/watch?v=abcdefghijk", "https://youtube.com/@watch"],
];
for (const [profile, address, expected] of cases) {
  assert.strictEqual(strict.isValid(profile, address), false);
  assert.strictEqual(open.isValid(profile, address), true);
  const seen = open.sanitize(profile, address);
  console.log(address, "->", open.getProfileId(profile, address), seen);
  assert.strictEqual(seen, expected);
}
JS
node check.cjs
