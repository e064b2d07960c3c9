"""Which rules a person may answer for, in which role; the others hold for everybody.

Never: clearance, consent, safety hold, gap, staff, certificates, weight, two people, time-out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.encounter import UsedOverride
from services.session_record.domain.knowledge.staff import Staff
from shared.contracts.session_record import OverrideUsed
from shared.contracts.site import Override, Role
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy


@dataclass(frozen=True, slots=True)
class Allowed:
    """`independent`: by a person who neither gives nor checks the dose."""

    roles: tuple[Role, ...]
    source: str
    independent: bool = False


ALLOWED: Mapping[str, Allowed] = {
    "integration-missing": Allowed(("prescriber",), "SCH-2; clinical reference 3.5"),
    "stale": Allowed(("prescriber",), "design 3; a person who knows answers for it"),
    "not-fasting": Allowed(("prescriber",), "clinical reference 3.1 [V:S8c]"),
    "blood-pressure-review": Allowed(("prescriber",), "SES-1; Spravato label 5.6 (S1)"),
    "blood-pressure-hold": Allowed(("prescriber",), "SES-1; after a second recheck"),
    "dose-above-limit": Allowed(("prescriber",), "clinical reference 3.1, second prescriber", True),
    "escalation-step": Allowed(("prescriber",), "clinical reference 3.1, second prescriber", True),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What still stands in the way, and what somebody has answered for."""

    blockers: tuple[Reason, ...]
    used: tuple[Override, ...]


def judged(
    found: Iterable[Reason],
    overrides: Iterable[Override],
    staff: Staff,
    involved: Iterable[str] = (),
) -> Judged:
    """`involved` are the people who give and check the dose."""
    asked, standing = {each.rule: each for each in overrides}, list(found)
    blockers, used = [], []
    for reason in standing:
        override = asked.get(reason.code)
        refusal = _refusal(override, staff, tuple(involved)) if override else None
        if override and not refusal:
            used.append(override)
            continue
        blockers.append(reason)
        if refusal:
            blockers.append(refusal)
    return Judged(tuple(blockers), tuple(used))


def kept(at: datetime, used: Iterable[Override], policy: Policy) -> tuple[UsedOverride, ...]:
    return tuple(
        UsedOverride(at, each.rule, each.role, each.by, each.reason, policy.version)
        for each in used
    )


def published(encounter_id: str, used: Iterable[Override], policy: Policy) -> list[OverrideUsed]:
    return [
        OverrideUsed(encounter_id, each.rule, each.role, each.by, each.reason, policy.version)
        for each in used
    ]


def _refusal(override: Override, staff: Staff, involved: tuple[str, ...]) -> Reason | None:
    allowed = ALLOWED.get(override.rule)
    if allowed is None:
        words = f"nobody may override {override.rule}"
        return Reason("override-not-allowed", words, "session-record README, Overrides")
    if override.role not in allowed.roles:
        words = f"{override.rule} may be overridden by: {', '.join(allowed.roles)}"
        return Reason("override-not-allowed", words, allowed.source)
    if not staff.is_credentialed(override.by, [override.role]):
        words = f"{override.by} has no valid credential as {override.role} on that day"
        return Reason("override-not-allowed", words, allowed.source)
    if allowed.independent and override.by in involved:
        words = f"{override.rule} needs a second {override.role}, not who gives or checks the dose"
        return Reason("override-not-allowed", words, allowed.source)
    return None
