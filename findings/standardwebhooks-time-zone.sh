#!/bin/sh
# standardwebhooks 1.1.0 (PyPI)
#
# Expected: sign() signs the moment that its datetime means, as the header `webhook-timestamp` carries it
# in seconds since 1970 (Standard Webhooks specification, Webhook metadata). The npm package of the
# same name takes a Date, which has no such question.
#
# Seen: sign() puts UTC in the place of the datetime's own time zone: 09:00+09:00 is signed as 09:00 UTC,
# nine hours off, and a naive local time likewise. verify() then refuses the message, whose header
# says the true moment.
#
# For users: every webhook of a sender that works in local time is refused, and on a machine in UTC all is
# well. Give sign() a datetime in UTC: `datetime.now(timezone.utc)`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check standardwebhooks==1.1.0
cat > check.py <<'PY'
import base64
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(base64.b64encode(b"k" * 32).decode())
utc = datetime.now(timezone.utc)
seoul = utc.astimezone(timezone(timedelta(hours=9)))
assert utc == seoul
headers = {"webhook-id": "m1", "webhook-timestamp": str(int(utc.timestamp()))}
for moment, accepted in ((utc, True), (seoul, False)):
    signature = webhook.sign("m1", moment, "{}")
    try:
        webhook.verify("{}", headers | {"webhook-signature": signature})
        answer = True
    except WebhookVerificationError as error:
        answer = False
        print(moment.isoformat(), error)
    assert answer is accepted
PY
venv/bin/python check.py
