"""Why a mail is what it is taken for: every rule that was tried, what decided it, and what it set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.mail import Mail
from rules.classify import Classification, Context, finished, scope_of
from rules.conditions import Hit, failing
from rules.draft import Draft, tried
from rules.facts import Fact
from rules.policy import Policy
from rules.reading import Reading

FAILED_CHARS = 100
"""What a person is shown of the condition that failed: a rule may list hundreds of words."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule that was tried. It held because of `hits`, or did not because of the condition in `failed`."""

    rule: str
    reference: tuple[str, ...]
    held: bool
    hits: tuple[Hit, ...]
    failed: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one classification. `untried` are rules of another scope or after one that stopped."""

    outcome: Classification
    trials: tuple[Trial, ...]
    untried: tuple[str, ...]
    told: tuple[Fact, ...]

    def lines(self) -> Iterator[str]:
        """The explanation for a person: held rules with a plus, others with the condition that failed."""
        for trial in self.trials:
            source = f" ({', '.join(trial.reference)})" if trial.reference else ""
            if trial.held:
                because = "; ".join(f"{hit.field} has '{hit.matched}'" for hit in trial.hits) or "its condition holds"
                yield f"+ {trial.rule}{source}: {', '.join(trial.changes) or 'nothing new'} — {because}"
            else:
                yield f"- {trial.rule}{source}: {_brief(trial.failed)}"
        yield from (f"  {rule}: not tried" for rule in self.untried)
        yield from (f"  fact {fact.name} = {fact.value} ({fact.field}: '{fact.words}')" for fact in self.told)
        yield f"= category {self.outcome.category}, priority {self.outcome.why}"


def explain(mail: Mail, context: Context, policy: Policy) -> Explanation:
    """How `classify` comes to its answer, by the very same steps."""
    draft = Draft(policy, Reading(mail, context, policy.lexicons))
    trials = []
    for rule, found, changes in tried(draft, scope_of(context)):
        failed = failing(rule.when, draft.reading) or "" if found is None else ""
        trials.append(Trial(rule.id, rule.reference, found is not None, found or (), failed, changes))
    names = {trial.rule for trial in trials}
    untried = tuple(rule.id for rule in policy.rules if rule.id not in names)
    return Explanation(finished(draft), tuple(trials), untried, draft.reading.facts)


def _brief(failed: str) -> str:
    return failed if len(failed) <= FAILED_CHARS else f"{failed[: FAILED_CHARS - 1]}…"
