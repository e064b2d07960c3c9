"""What a rule is, and how a list of rules is asked. The lists stand beside the facts they judge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.kernel.errors import Reason
from shared.kernel.policy import Policy

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Rule(Generic[F]):
    """`broken` says in words what is missing in the facts; empty where the rule is kept."""

    code: str
    source: str
    broken: Callable[[F, Policy], str]


def blockers(rules: Iterable[Rule[F]], facts: F, policy: Policy) -> tuple[Reason, ...]:
    """Everything that is missing, at once: nobody should have to ask twice."""
    found = ((rule, rule.broken(facts, policy)) for rule in rules)
    return tuple(Reason(rule.code, words, rule.source) for rule, words in found if words)


def in_words(reasons: Iterable[Reason]) -> str:
    """The blockers as one sentence."""
    return "; ".join(reason.words for reason in reasons)
