"""The desk in numbers, in the text format that Prometheus reads; docs/monitoring.md explains each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from daemon.loop import Stage
from daemon.store.inbox import InboxState
from daemon.store.outbox import OutboxState
from daemon.store.signs import Sign
from daemon.watching.examine import Examination
from daemon.watching.health import Trouble, Vitals
from rules.clocks import Standing
from rules.model import Status


@dataclass(frozen=True, slots=True, eq=False)
class Numbers(Collector):
    """One look at the desk: `promises` are how many of each clock stand how. A registry knows it by its identity."""

    examination: Examination
    stages: Sequence[Stage]
    promises: Mapping[tuple[str, Standing], int]

    def exposition(self) -> bytes:
        """The text that a scrape gets."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from self._verdict()
        yield from self._of_stages()
        if self.examination.vitals is not None:
            yield from _counts(self.examination.vitals)
            yield from _ages(self.examination.vitals)
            yield from _signs(self.examination.vitals)
            yield from _tokens(self.examination.vitals)
            yield self._promised()

    def _verdict(self) -> Iterator[Metric]:
        found = {each.trouble for each in self.examination.findings}
        yield GaugeMetricFamily("postdesk_healthy", "1 when nothing is wrong.", value=float(not found))
        faults = GaugeMetricFamily("postdesk_fault", "1 for each kind of trouble there is.", labels=["trouble"])
        for trouble in Trouble:
            faults.add_metric([trouble.value], float(trouble in found))
        yield faults

    def _of_stages(self) -> Iterator[Metric]:
        turns = CounterMetricFamily("postdesk_stage_turns", "Turns that ended well.", labels=["stage"])
        failures = CounterMetricFamily("postdesk_stage_failures", "Turns that failed.", labels=["stage"])
        seconds = CounterMetricFamily("postdesk_stage_seconds", "Seconds spent in turns.", labels=["stage"])
        for stage in self.stages:
            turns.add_metric([stage.name], stage.pulse.turns)
            failures.add_metric([stage.name], stage.pulse.failures)
            seconds.add_metric([stage.name], stage.pulse.seconds)
        yield from (turns, failures, seconds)

    def _promised(self) -> Metric:
        promised = GaugeMetricFamily(
            "postdesk_promises", "Promises on tickets opened lately, by how they stand.", labels=["clock", "standing"]
        )
        for (clock, where), count in self.promises.items():
            promised.add_metric([clock, where.value], count)
        return promised


def _counts(vitals: Vitals) -> Iterator[Metric]:
    counts = vitals.counts
    yield _by_state("postdesk_mails", "Mails that came in.", InboxState, counts.inbox)
    yield _by_state("postdesk_outbox", "Mails of ours.", OutboxState, counts.outbox)
    yield _by_state("postdesk_tickets", "Tickets.", Status, counts.tickets)
    yield GaugeMetricFamily(
        "postdesk_deliveries_failed_lately", "Mails given up lately (health.lately).", value=counts.failed_lately
    )


def _by_state(name: str, words: str, states: Iterable[str], counted: Mapping[str, int]) -> Metric:
    """Every known state, so that one without rows is a zero and not a gap."""
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state in dict.fromkeys([*(str(each) for each in states), *counted]):
        family.add_metric([state], counted.get(state, 0))
    return family


def _ages(vitals: Vitals) -> Iterator[Metric]:
    def age(at: datetime | None) -> float:
        return max(0.0, (vitals.at - at).total_seconds()) if at else 0.0

    yield GaugeMetricFamily(
        "postdesk_oldest_mail_seconds",
        "How long the oldest mail waits to be decided about.",
        value=age(vitals.counts.oldest_mail_at),
    )
    yield GaugeMetricFamily(
        "postdesk_oldest_outgoing_seconds",
        "How long the oldest mail of ours waits to be sent.",
        value=age(vitals.counts.oldest_outgoing_at),
    )
    polls = GaugeMetricFamily(
        "postdesk_mailbox_answered_timestamp_seconds", "When a mailbox last answered.", labels=["mailbox"]
    )
    for name, at in vitals.polls.items():
        polls.add_metric([name], at.timestamp() if at else 0.0)
    yield polls
    if vitals.disk_free is not None:
        yield GaugeMetricFamily("postdesk_disk_free_bytes", "Room where the state is kept.", value=vitals.disk_free)


def _signs(vitals: Vitals) -> Iterator[Metric]:
    back, policy = vitals.signs.get(Sign.HEARTBEAT_BACK), vitals.signs.get(Sign.POLICY)
    if back is not None:
        yield GaugeMetricFamily(
            "postdesk_heartbeat_seconds", "How long the last heartbeat took to come back.", value=float(back.detail)
        )
        yield GaugeMetricFamily(
            "postdesk_heartbeat_back_timestamp_seconds", "When it came back.", value=back.at.timestamp()
        )
    if policy is not None:
        in_force = GaugeMetricFamily("postdesk_policy", "The policy in force since then.", labels=["digest"])
        in_force.add_metric([policy.detail[:12]], policy.at.timestamp())
        yield in_force


def _tokens(vitals: Vitals) -> Iterator[Metric]:
    expiry = GaugeMetricFamily(
        "postdesk_oauth_token_expires_timestamp_seconds", "When an account's access token ends.", labels=["account"]
    )
    failures = GaugeMetricFamily(
        "postdesk_oauth_failures", "Failures in a row to get an account's token.", labels=["account"]
    )
    for each in vitals.tokens:
        expiry.add_metric([each.account], each.expires_at.timestamp() if each.expires_at else 0.0)
        failures.add_metric([each.account], each.failures)
    yield from (expiry, failures)
