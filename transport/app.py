"""The whole server as one ASGI application."""

import gc
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from background.worker import Worker, working
from database.connection import attached
from database.replication import replicating
from database.session import capabilities
from delivery.live import running
from delivery.selections import Selections
from delivery.sending import Sender
from delivery.sequencer import worker as sequencer
from delivery.webhooks import Deliverer, WebhookRules
from execution.engine import Engine, to_json
from execution.errors import body_of
from execution.rules import Rules
from execution.trusted import TrustedDocumentsError, read_folder
from resolvers.availability.worker import worker as availability_worker
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.plans import applying, expiry, freezing, waiting_age
from schema import schema
from telemetry.version import version
from transport import health
from transport.access_log import AccessLog
from transport.auth.tokens import Authenticator, ConnectProofs
from transport.cors import with_cors
from transport.graphiql import Identities, Page, graphiql_routes, no_page, page
from transport.http import GraphQLOverHTTP
from transport.logs import configure_logs
from transport.metrics import metrics_published, metrics_routes
from transport.observing import Observed, Observer
from transport.service import Service
from transport.settings import PREFIX, Settings, SettingsError
from transport.streams.registry import Registry
from transport.streams.websocket import GraphQLOverWebSocket, Limits
from transport.traces import new_traces, traces_sent

if TYPE_CHECKING:
    from telemetry.traces import Traces

GRAPHQL = "/graphql"
LEASE_MARGIN = 5.0
"Seconds that the run of a mutation may be late in ending when its time is over."
_TO_RUN = frozenset({"query", "documentId", "extensions"})
"""Parameters of an address that name an operation."""

_log = structlog.stdlib.get_logger("joinery")


def create_app(settings: Settings, identities: Identities | None = None) -> Starlette:
    """Return the application for these settings; it starts without its database, too.

    `identities` gives GraphiQL's menu its ready tokens; None where there must be none.
    """
    configure_logs(settings.log_level, as_json=settings.logs_json)
    addresses, selections = settings.webhook_addresses, Selections(schema)
    service = _service(settings, WebhookRules(addresses, selections))
    deliverer = Deliverer(selections, Sender(addresses, settings.webhook_timeout))
    traces = new_traces()
    observer = Observer(AccessLog(as_json=settings.logs_json), settings.slow_request, traces)
    graphql = GraphQLOverHTTP(
        service, explains=not settings.is_production, body_timeout=settings.body_timeout
    )
    limits = Limits(settings.body_timeout, settings.stream_subscriptions)
    server = Server(
        graphql,
        GraphQLOverWebSocket(service, observer, settings.cors_origins or (), limits),
        settings,
        observer,
        lifespan=_lifespan(settings, service, traces, deliverer.worker),
        routes=_routes(graphql, service, settings, identities),
        exception_handlers={HTTPException: _refuse},
    )
    # A redirect would go to whatever Host was sent, and by plain HTTP.
    server.router.redirect_slashes = False
    return server


def engine_of(settings: Settings) -> Engine:
    """Return the engine for these settings. Raises SettingsError where a document is wrong."""
    folder = settings.trusted_documents
    try:
        rules = Rules(
            trusted=None if folder is None else read_folder(folder),
            trusted_only=settings.trusted_only,
            introspection=settings.may_introspect,
            suggests=settings.suggests,
        )
        return Engine(
            schema,
            lease=settings.request_timeout + LEASE_MARGIN,
            rules=rules,
            cost_limit=settings.cost_limit,
            cost_budget=settings.cost_budget,
        )
    except TrustedDocumentsError as error:
        raise SettingsError(f"{PREFIX}TRUSTED_DOCUMENTS:\n{error}") from None


def _service(settings: Settings, webhooks: WebhookRules) -> Service:
    return Service(
        engine_of(settings),
        Authenticator(settings),
        new_context=partial(
            Context,
            proofs=ConnectProofs(settings),
            plain_accounts=not settings.is_production,
            webhooks=webhooks,
        ),
        request_timeout=settings.request_timeout,
        max_concurrency=settings.max_concurrency,
        streams=Registry(settings.stream_connections, settings.stream_keep_alive),
    )


def _routes(
    graphql: GraphQLOverHTTP, service: Service, settings: Settings, identities: Identities | None
) -> Sequence[BaseRoute]:
    endpoint = WithPage(graphql, page if settings.shows_graphiql else no_page)
    return [
        Route(GRAPHQL, endpoint, methods=["GET", "POST"]),
        Route(GRAPHQL, _options, methods=["OPTIONS"]),
        Route(f"{GRAPHQL}/ticket", service.tickets.answer, methods=["POST"]),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        *metrics_routes(settings),
        *(graphiql_routes(identities) if settings.shows_graphiql else ()),
    ]


def _lifespan(
    settings: Settings, service: Service, traces: "Traces | None", *workers: Worker
) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """Return what runs beside the requests, from the start of the server to its end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[Mapping[str, Any]]:
        options = settings.database_options
        async with (
            attached(settings.database_url, options),
            replicating(options) as replicas,
            working([*_workers(), *workers]),
            running(service.live),
            running(service.progress),
            metrics_published(settings, replicas),
            traces_sent(traces),
            service.streams.looking(),
        ):
            service.engine.replicas = app.state.replicas = replicas
            _spare_collections()
            _log.info("Joinery has started", version=version(), environment=settings.env)
            yield {"streams": service.streams}

    return lifespan


def _workers() -> Sequence[Worker]:
    """Return the workers of the background that this database needs."""
    workers = (
        availability_worker,
        freezing.worker,
        applying.worker,
        expiry.worker,
        waiting_age.worker,
    )
    if capabilities().has_concurrent_writers:
        return *workers, sequencer
    return workers  # on SQLite the feed is in order without a sequencer


def _spare_collections() -> None:
    """Let the garbage collector look for cycles less often, and not in what has been made so far.

    To go through that held up requests for some fifty milliseconds each time; and a large answer
    would set off several collections, though hardly anything here is part of a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Server(Starlette):
    """Starlette, but for what nearly all requests are: they go to GraphQL straight away."""

    def __init__(
        self,
        graphql: ASGIApp,
        websocket: ASGIApp,
        settings: Settings,
        observer: Observer,
        **starlette: Any,
    ) -> None:
        super().__init__(**starlette)
        origins = settings.cors_origins
        self._graphql = graphql
        self._websocket = websocket
        # Around everything, so that errors can be read on pages of other origins too.
        serve = with_cors(self._serve, origins) if origins else self._serve
        self._outermost = Observed(serve, observer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop."""
        await self._outermost(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == GRAPHQL:
            await self._graphql(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == GRAPHQL:
            await self._websocket(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class WithPage:
    """GraphQL, and a page for someone who opens the address in a browser."""

    def __init__(self, graphql: ASGIApp, page: Page) -> None:
        self._graphql = graphql
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        request = Request(scope, receive)
        if _opens_page(request):
            await (await self._page(request))(scope, receive, send)
        else:
            await self._graphql(scope, receive, send)


def _opens_page(request: Request) -> bool:
    """Return whether someone opened the address in a browser, with nothing to run."""
    accepts_pages = "text/html" in request.headers.get("accept", "")
    is_read = request.method in ("GET", "HEAD")
    return is_read and accepts_pages and _TO_RUN.isdisjoint(request.query_params)


async def _options(_request: Request) -> Response:
    """Answer which methods /graphql serves."""
    return Response(status_code=204, headers={"Allow": "GET, HEAD, POST, OPTIONS"})


async def _refuse(_request: Request, error: Exception) -> Response:
    """Answer for an address or a method that is not served, in the form that clients know."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    messages = {
        404: "There is nothing at this address: the API is at /graphql.",
        405: "This address does not serve this method.",
    }
    body = body_of([RequestError("INVALID_INPUT", messages.get(status, error.detail))])
    return Response(to_json(body), status, error.headers, media_type="application/json")
