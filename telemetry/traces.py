"""Traces by OpenTelemetry: imported where an exporter is configured, for it is an extra.

A request is a server span in the words of the conventions for GraphQL, each of its statements one
below it. Spans of statements are made when the request has ended, from its record.
"""

import re
from collections.abc import Iterable
from threading import Thread
from time import time_ns

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.requests import Record, Statement
from telemetry.version import version

CLOSE_SECONDS = 3
"""So long the last spans may take to be sent when the server ends."""

_FAULTS = {"INTERNAL", "UNAVAILABLE"}
_CARRIED = {b"traceparent": "traceparent", b"tracestate": "tracestate"}
_SUMMARY = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE)\b(?:.*?\b(?:FROM|INTO)\b)?\s+([a-z_]\w*)", re.DOTALL
)
_propagator = TraceContextTextMapPropagator()


def exporting() -> "Traces":
    """Return what sends traces where the variables of OpenTelemetry say."""
    provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Traces(provider)


def resource() -> Resource:
    """Return what the spans are of: the variables of OpenTelemetry may name it otherwise."""
    ours = Resource({"service.name": "joinery", "service.version": version()})
    return Resource.create().merge(ours).merge(OTELResourceDetector().detect())


class Traces:
    """Makes the spans of requests."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("joinery", version())

    def begin(self, record: Record, headers: Iterable[tuple[bytes, bytes]]) -> Span:
        """Begin the span of a request, below the one that its headers name; put it on record."""
        given = {
            _CARRIED[name]: value.decode("latin-1") for name, value in headers if name in _CARRIED
        }
        caller = _propagator.extract(given)
        span = self._tracer.start_span("GraphQL", caller, SpanKind.SERVER)
        record.trace_id = f"{span.get_span_context().trace_id:032x}"
        carried: dict[str, str] = {}
        _propagator.inject(carried, set_span_in_context(span))
        record.trace_headers = carried
        return span

    def end(self, span: Span, record: Record, method: str, seconds: float, system: str) -> None:
        """End the span of a request, which took so long; `system` is the database's name."""
        if not span.is_recording():
            return
        ended = time_ns()
        began = ended - round(1e9 * seconds)
        for statement in record.statements:
            after = round(1e9 * (statement.began - record.began))
            self._tell(span, statement, began + after, system)
        if record.type != "unknown":
            span.update_name(f"{record.type} {record.name}" if record.name else record.type)
        span.set_attributes(_attributes(record, method))
        if record.code in _FAULTS:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def _tell(self, parent: Span, statement: Statement, began: int, system: str) -> None:
        found = _SUMMARY.search(statement.sql)
        summary = f"{found[1]} {found[2]}" if found else system
        attributes = {
            "db.system.name": system,
            "db.query.summary": summary,
            "db.query.text": statement.sql,
            "db.response.returned_rows": statement.rows,
        }
        context = set_span_in_context(parent)
        span = self._tracer.start_span(
            summary, context, SpanKind.CLIENT, attributes, start_time=began
        )
        span.end(began + round(1e6 * statement.milliseconds))

    def close(self) -> None:
        """Send what has not been sent, and wait for that a little."""
        # Not in a thread that Python would wait for at its end: the receiver may be away.
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _attributes(record: Record, method: str) -> dict[str, str | int]:
    """Return what the span of a request tells; what is not known is left out."""
    found = {
        "graphql.operation.type": None if record.type == "unknown" else record.type,
        "graphql.operation.name": record.name[:100] if record.name else None,
        "http.request.method": method,
        "http.route": "/graphql",
        "url.path": "/graphql",
        "http.response.status_code": record.status or None,
        "joinery.outcome": record.outcome,
        "joinery.role": record.role or "",
        "joinery.request_id": record.id,
        "error.type": record.code,
    }
    return {name: value for name, value in found.items() if value is not None}
