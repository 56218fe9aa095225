#!/bin/sh
# PyJWT 2.15.1 (PyPI)
#
# Expected: a JSON Web Key without `alg` verifies every algorithm of its kind that the caller allows:
# `alg` is optional (RFC 7517, section 4.4), and some identity providers leave it out.
#
# Seen: PyJWK takes RS256 for each RSA key without `alg`. Tokens signed by that key with PS256 or RS512
# are refused although `algorithms` names these, and the message says that the key's algorithm is RS256.
#
# For users: give PyJWK the algorithm of the token's header once it is found among the allowed ones, or
# pass the key itself (`PyJWK.key`).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'pyjwt[crypto]==2.15.1'
cat > check.py <<'PY'
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

private = rsa.generate_private_key(65537, 2048)
published = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
assert "alg" not in published
key = jwt.PyJWK(published)
for name in ("PS256", "RS512"):
    token = jwt.encode({"sub": "aiko"}, private, algorithm=name)
    try:
        jwt.decode(token, key, algorithms=["RS256", name])
    except jwt.InvalidAlgorithmError as error:
        print(name, error)
    else:
        raise AssertionError(name)
    assert jwt.decode(token, key.key, algorithms=[name]) == {"sub": "aiko"}
    assert jwt.decode(token, jwt.PyJWK(published, algorithm=name), algorithms=[name])
PY
venv/bin/python check.py
