"""What the therapist documents: passages in order, goals each once, and which dose is integrated.

How deep a session went is never judged here (SES-11); only that the record makes sense.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.session_record.domain.commands import EncounterCommand
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.rule import in_words
from shared.contracts.site import IntegrationGoal, Therapy
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy


def check_therapy(
    command: EncounterCommand, therapy: Therapy, encounter: Encounter, dose: Encounter | None
) -> None:
    """`dose`: the encounter that `integrates` names, which must have been heard of."""
    found = (*_contradictions(therapy), *_links(command, encounter, therapy, dose))
    if found:
        raise Rejected(found[0].code, in_words(found), found)


def due_at(goal: IntegrationGoal, at: datetime, encounter: Encounter, policy: Policy) -> datetime:
    """When the goal is followed up: by the end of its day at the clinic, or after the policy's."""
    if goal.follow_up_on is None:
        return at + policy.days("therapy.follow_up_d")
    morning_after = goal.follow_up_on + timedelta(days=1)
    return datetime.combine(morning_after, time(), ZoneInfo(encounter.zone)).astimezone(UTC)


def _contradictions(therapy: Therapy) -> Iterator[Reason]:
    if any(passage.to_min < passage.from_min for passage in therapy.passages):
        words = "a difficult passage ends before it begins; mend its minutes"
        yield Reason("passage-turned-round", words, "clinical reference 3.3")
    names = [goal.goal_id for goal in therapy.goals]
    if len(set(names)) != len(names):
        words = "two goals have the same goal_id; give each its own"
        yield Reason("goal-twice", words, "clinical reference 3.5")


def _links(
    command: EncounterCommand, encounter: Encounter, therapy: Therapy, dose: Encounter | None
) -> Iterator[Reason]:
    source = "clinical reference 3.5: preparation, dosing, integration in each cycle"
    if not therapy.integrates:
        return
    if encounter.session != "integration":
        words = "only an integration session integrates a dose; leave out `integrates`"
        yield Reason("not-an-integration", words, source)
    elif dose is None or not _is_a_dose_of(dose, encounter):
        words = "`integrates` names no dosing session of this patient's course"
        yield Reason("not-a-dose-of-the-course", words, source)
    elif dose.finished_at is None or dose.finished_at > command.at:
        words = "the dosing session has not ended yet: integration comes after its discharge"
        yield Reason("dose-not-finished", words, source)


def _is_a_dose_of(dose: Encounter, encounter: Encounter) -> bool:
    same = (dose.patient_id, dose.course_id) == (encounter.patient_id, encounter.course_id)
    return same and dose.session == "dosing"
