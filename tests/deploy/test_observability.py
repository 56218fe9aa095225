"""The dashboard, the alert rules and the page know the metrics that there are, and no others."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from telemetry.metrics import METRICS
from tests.live import ROOT

DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
ALERTS = ROOT / "deploy" / "alerts.yaml"
PAGE = ROOT / "docs" / "operations.md"

OURS = {metric.name for metric in METRICS} | {"joinery_build_info"}
PROCESS = {
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
}
"Some of those of prometheus-client."

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)"
)


def dashboard() -> list[str]:
    """The expressions of the dashboard."""
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def alerts() -> Iterator[dict[str, Any]]:
    """The alert rules."""
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        yield from group["rules"]


def named(text: str) -> set[str]:
    """The metrics that a text names; the parts of a histogram are the histogram."""
    found = re.findall(r"\b(?:joinery|process)_[a-z_]*[a-z]\b", text)
    return {re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", name) for name in found}


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    shown = named(" ".join(dashboard()))
    assert shown - PROCESS == OURS


def test_alerts_are_about_metrics_that_there_are() -> None:
    about = {rule["alert"]: named(rule["expr"]) for rule in alerts()}
    assert all(about.values())
    assert set[str]().union(*about.values()) <= OURS | PROCESS


def test_the_page_tells_every_metric_and_every_alert() -> None:
    [table] = re.findall(r"^\| metric .*\n(?:\|.*\n)+", PAGE.read_text(), re.MULTILINE)
    assert {name for name in named(table) if name.startswith("joinery")} == OURS
    [table] = re.findall(r"^\| alert .*\n(?:\|.*\n)+", PAGE.read_text(), re.MULTILINE)
    told = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert told == [rule["alert"] for rule in alerts()]


def test_the_names_follow_the_conventions_of_prometheus() -> None:
    for metric in METRICS:
        assert metric.name.startswith("joinery_")
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert metric.name.endswith("_seconds") == (metric.kind == "histogram"), metric.name


@needs_promtool
def test_promtool_finds_no_fault_with_the_rules() -> None:
    assert check("check", "rules", "--lint-fatal", str(ALERTS)) == 0


@needs_promtool
def test_promtool_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(dashboard())
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert check("check", "rules", str(file)) == 0


@needs_promtool
def test_alerts_go_off_when_they_should(tmp_path: Path) -> None:
    """An hour of a server at rest, and one of a server in trouble."""
    file = tmp_path / "alerts.yaml"
    labels = 'operation="other",type="query"'
    ok = f'joinery_operations_total{{{labels},outcome="ok"}}'
    away = f'joinery_operations_total{{{labels},outcome="failed",code="UNAVAILABLE"}}'
    build = {"series": 'joinery_build_info{version="1"}', "values": "1x60"}
    gone = f'joinery_operations_total{{{labels},outcome="abandoned",code="CLIENT_CLOSED"}}'
    calm = [
        build,
        {"series": ok, "values": "0+600x60"},
        {"series": away, "values": "0x60"},
        {"series": gone, "values": "0+300x60"},
    ]
    trouble = [build, {"series": ok, "values": "0+600x60"}, {"series": away, "values": "0+60x60"}]
    summary = "{:.4g}% of the operations are UNAVAILABLE: the database is away or too busy."
    fired = {
        "exp_labels": {"severity": "page"},
        "exp_annotations": {"summary": summary.format(100 * 60 / 660)},
    }
    file.write_text(
        yaml.safe_dump(
            {
                "rule_files": [str(ALERTS)],
                "tests": [
                    case(calm, "JoineryUnavailable"),
                    case(calm, "JoineryDown"),
                    case(trouble, "JoineryUnavailable", fired),
                    case(trouble[1:], "JoineryDown", DOWN),
                ],
            }
        )
    )
    assert check("test", "rules", str(file)) == 0


DOWN = {
    "exp_labels": {"severity": "page"},
    "exp_annotations": {"summary": "No server of Joinery answers Prometheus."},
}


def case(series: list[dict[str, str]], alert: str, *fired: dict[str, Any]) -> dict[str, Any]:
    """What an alert says after an hour."""
    asked = {"eval_time": "1h", "alertname": alert, "exp_alerts": list(fired)}
    return {"interval": "1m", "input_series": series, "alert_rule_test": [asked]}


def check(*words: str) -> int:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    return done.returncode
