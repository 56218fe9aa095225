"""A receiver of traces by OTLP over HTTP, which also serves an empty set of keys."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Receiver:
    """What has been received."""

    url: str
    spans: list[Any] = field(default_factory=list[Any])
    resources: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    raw: list[bytes] = field(default_factory=list[bytes])
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    "The headers of requests for keys."

    def receive(self, body: bytes) -> None:
        self.raw.append(body)
        message: Any = ExportTraceServiceRequest()
        message.ParseFromString(body)
        for of_resource in message.resource_spans:
            self.resources.append(attributes(of_resource.resource))
            for of_scope in of_resource.scope_spans:
                self.spans.extend(of_scope.spans)

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


def attributes(holder: Any) -> dict[str, Any]:
    """The attributes of a span or a resource."""
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in holder.attributes
    }


@contextmanager
def receiving() -> Generator[Receiver]:
    """Receive traces at a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.receive(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer("application/x-protobuf", b"")

        def do_GET(self) -> None:
            receiver.asked.append(dict(self.headers))
            self._answer("application/json", b'{"keys": []}')

        def _answer(self, media_type: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
