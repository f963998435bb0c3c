"""What docs/monitoring.md, the alert rules and the dashboard say is held to what the desk shows."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from daemon.clock import SystemClock
from daemon.loop import Bell, Stage
from daemon.oauth.standing import standing
from daemon.oauth.tokens import Tokens
from daemon.store.signs import Given, Sign
from daemon.store.vitals import Counts
from daemon.watching.examine import Examination
from daemon.watching.health import Trouble, Vitals
from daemon.watching.metrics import Numbers
from daemon.watching.settings import Health, Heartbeat, Http
from rules.clocks import Standing

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "monitoring.md").read_text("utf-8")
METRIC = re.compile(r"\bpostdesk_[a-z_]+\b")
NOW = SystemClock().now()


@pytest.fixture
def shown() -> dict[str, set[str]]:
    """The name of every sample that the desk can show, and its labels."""
    signs = {Sign.POLICY: Given(NOW, "0" * 64), Sign.HEARTBEAT_BACK: Given(NOW, "3.2")}
    token = standing("support", Tokens())
    vitals = Vitals(NOW, {"support": None}, Counts({}, {}, {}, None, None, 0), signs, disk_free=1, tokens=[token])
    stage = Stage("triage", timedelta(seconds=5), lambda: False, Bell(), SystemClock(), threading.Event())
    numbers = Numbers(Examination((), vitals), [stage], {("first_response", Standing.KEPT): 1})
    families = text_string_to_metric_families(numbers.exposition().decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def asked(text: str) -> set[str]:
    """The metrics that a piece of PromQL asks for."""
    return set(METRIC.findall(text))


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading's first column name."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_page_explains_every_trouble_and_no_other() -> None:
    assert [row[0].strip("`") for row in rows("trouble")] == [each.value for each in Trouble]


def test_the_page_explains_every_metric_with_its_labels_and_no_other(shown: dict[str, set[str]]) -> None:
    told = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in rows("metric")}
    assert told == shown


@pytest.mark.parametrize("model", [Health, Http, Heartbeat])
def test_the_page_names_every_setting(model: type[Health | Http | Heartbeat]) -> None:
    section = model.__name__.lower()
    unnamed = [key for key in model.model_fields if f"{section}.{key}" not in PAGE and f"  {key}:" not in PAGE]
    assert unnamed == []


def test_the_alert_rules_ask_for_what_there_is(shown: dict[str, set[str]]) -> None:
    rules: Any = yaml.safe_load((DOCS / "monitoring" / "alerts.yaml").read_text("utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert len(expressions) >= 5
    assert {name for each in expressions for name in asked(each)} <= set(shown)
    named = "|".join(names for each in expressions for names in re.findall(r'trouble=~?"([^"]+)"', each))
    assert set(named.split("|")) == {each.value for each in Trouble}, "no trouble goes without an alert"


def test_the_dashboard_asks_for_what_there_is(shown: dict[str, set[str]]) -> None:
    dashboard: Any = json.loads((DOCS / "monitoring" / "dashboard.json").read_text("utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used = {name for each in expressions for name in asked(each)}
    assert used <= set(shown)
    assert len(used) >= 12
    places = [(p["gridPos"]["x"] // 4, p["gridPos"]["y"]) for p in dashboard["panels"]]
    assert len(set(places)) == len(places)
