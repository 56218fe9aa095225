#!/bin/sh
# PyJWT 2.15.1 (PyPI)
#
# Expected: a key of a JSON Web Key Set that lacks a required member is ignored, and the others are used:
# RFC 7517, section 5, asks for that, so that sets may hold what their readers do not know.
#
# Seen: PyJWKSet skips keys of unknown types and algorithms, but a symmetric key without its value `k`
# raises KeyError, which is none of the library's own errors, and the whole set is lost with it.
#
# For users: build the keys one by one with PyJWK, and catch KeyError beside PyJWTError.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'pyjwt[crypto]==2.15.1'
cat > check.py <<'PY'
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

public = ec.generate_private_key(ec.SECP256R1()).public_key()
good = jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True) | {"kid": "good"}
unknown = {"kty": "future", "kid": "unknown"}
assert [key.key_id for key in jwt.PyJWKSet([good, unknown]).keys] == ["good"]
try:
    jwt.PyJWKSet([good, {"kty": "oct", "kid": "bad"}])
except KeyError as error:
    print("KeyError:", error)
    assert not isinstance(error, jwt.PyJWTError)
else:
    raise AssertionError("the bad key was skipped")
PY
venv/bin/python check.py
