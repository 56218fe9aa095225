"""Metrics in the formats of Prometheus, by prometheus-client: imported where metrics are served."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from platform import python_version

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from telemetry.metrics import METRICS
from telemetry.series import Histogram, Labels, Metric
from telemetry.sharing import Folder
from telemetry.version import version


def exposition(folder: Folder, accept: str) -> tuple[bytes, str]:
    """Return the metrics of all processes in the format that is accepted, and its media type."""
    encode, media_type = choose_encoder(accept)
    return encode(_registry(folder)), media_type


@contextmanager
def listening(folder: Folder, host: str, port: int) -> Generator[None]:
    """Serve the metrics of all processes at a port of their own. Raise OSError."""
    server, thread = start_http_server(port, host, _registry(folder))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _registry(folder: Folder) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Processes(folder))
    return registry


class _Processes(Collector):
    """The metrics of all processes of a server."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Family]:
        """Yield each metric with its numbers."""
        totals = self._folder.totals()
        build = {"version": version(), "python": python_version()}
        info = GaugeMetricFamily("joinery_build_info", "What is running.", labels=list(build))
        info.add_metric(list(build.values()), 1)
        yield info
        for metric in METRICS:
            found = [
                (labels, each)
                for (name, labels), each in totals.numbers.items()
                if name == metric.name
            ]
            yield _family(metric, found)
        yield from _of_processes(totals.processes)

    def describe(self) -> Iterable[Family]:
        """Return nothing: else registering would collect."""
        return ()


def _family(metric: Metric, found: Iterable[tuple[Labels, list[float]]]) -> Family:
    if isinstance(metric, Histogram):
        family = HistogramMetricFamily(metric.name, metric.text, labels=metric.labels)
        bounds = [*map(str, metric.bounds), "+Inf"]
        for labels, numbers in found:
            *counts, seconds = numbers
            family.add_metric(labels, list(zip(bounds, accumulate(counts), strict=True)), seconds)
        return family
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    simple = kind(metric.name, metric.text, labels=metric.labels)
    for labels, [number] in found:
        simple.add_metric(labels, number)
    return simple


def _of_processes(processes: Iterable[int]) -> Iterator[Family]:
    """Yield prometheus-client's own metrics of a process, for each, by its id."""
    families: dict[str, Family] = {}
    for process in processes:
        for family in ProcessCollector(
            pid=lambda process=process: process, registry=None
        ).collect():
            kept = families.setdefault(
                family.name, Family(family.name, family.documentation, family.type)
            )
            for sample in family.samples:
                kept.add_sample(sample.name, {"pid": str(process)}, sample.value)
    yield from families.values()
