"""A service that signs tokens and publishes its public keys over real HTTP."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


class Issuer:
    """Keys by their id; `published` is what its JWKS says now, `fetches` how often it was asked."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.published: bytes = self.jwks("rsa-1", "ec-1")
        self.fetches = 0
        self.user_agent: str | None = None
        self.url = ""

    def jwks(self, *kids: str) -> bytes:
        """A key set of these: the key that an id begins with, under that id."""
        return orjson.dumps({"keys": [self._public(kid) for kid in kids]})

    def token(self, kid: str | None, **claims: Any) -> str:
        """A token of a member of staff, signed with the key that the id begins with."""
        is_ec = kid is not None and kid.startswith("ec")
        key, algorithm = (self.ec, "ES256") if is_ec else (self.rsa, "RS256")
        payload = {"sub": "staff-1", "role": "STAFF", "exp": int(time.time()) + 60} | claims
        return jwt.encode(payload, key, algorithm, {"kid": kid} if kid else None)

    def _public(self, kid: str) -> dict[str, Any]:
        jwk = (
            ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True)
            if kid.startswith("ec")
            else RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True)
        )
        return {**jwk, "kid": kid, "use": "sig"}


@contextmanager
def publishing() -> Generator[Issuer]:
    """An issuer whose keys can be fetched from `url`."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetches += 1
            issuer.user_agent = self.headers["User-Agent"]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(issuer.published)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
