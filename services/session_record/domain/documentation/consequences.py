"""What later doses rest on after a correction: the history as the encounter stands now."""

from dataclasses import replace

from services.session_record.domain.documentation.amending import standing
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import History, Reaction
from services.session_record.domain.monitoring.samples import samples
from services.session_record.domain.weights import Weight


def corrected_history(history: History, encounter: Encounter) -> History:
    """Reactions and weight of this encounter; nothing that no longer counts is among them."""
    reactions = tuple(
        Reaction(each.at, each.term, each.grade, each.serious) for each in standing(encounter)
    )
    entries = tuple(
        replace(each, reactions=reactions, weight=_weight(encounter))
        if each.encounter_id == encounter.encounter_id
        else each
        for each in history.entries
    )
    return replace(history, entries=entries)


def _weight(encounter: Encounter) -> Weight | None:
    found = [each for each in samples(encounter) if each.measure == "body-weight"]
    weights = [Weight(each.at, each.value) for each in found]
    return max(weights, key=lambda each: (each.at, each.kg), default=None)
