"""Depression: PHQ-9, MADRS, QIDS-SR16. How resistant it is, MGH-ATRQ asks trial by trial.

The MGH-ATRQ has no score: its answers are the treatment history that sites post to intake
(`shared.contracts.site.Trial`), so it is not among the instruments.
"""

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    Licence,
    Loinc,
    Recall,
    Trigger,
)
from shared.contracts.instruments.scoring import prorated_sum

FREQUENCY = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
"""LOINC answers from "not at all" to "nearly every day"."""
PHQ_LICENCE = Licence(
    "phq-free", True, "No permission required to reproduce, translate, display or distribute."
)
MAPI = Licence("by-permission", False, "Electronic use by permission of the licence holder.")

PHQ_9 = Instrument(
    "phq-9",
    "PHQ-9",
    "phq-9/kroenke-2001/1",
    items=9,
    item_max=3,
    score=prorated_sum,
    total_range=(0, 27),
    recall=Recall("days", 14),
    licence=PHQ_LICENCE,
    missing_allowed=2,
    bands=(
        (0, "minimal"),
        (5, "mild"),
        (10, "moderate"),
        (15, "moderately-severe"),
        (20, "severe"),
    ),
    has_response=True,
    remission_below=5,
    suicidal_item=9,
    never_prorated=(9,),
    triggers=(
        Trigger("c-ssrs-same-day", (9,), "1.4 [P]", "phq9.item9_screen"),
        Trigger("clinician-alert", (9,), "1.4 [P]", "phq9.item9_alert", or_risen=True),
    ),
    loinc=Loinc(
        panel="44249-1",
        items=(
            *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7"),
            *("44258-2", "44252-5", "44253-3", "44260-8"),
        ),
        result="44261-6",
        answers=FREQUENCY,
    ),
)
MADRS = Instrument(
    "madrs",
    "MADRS",
    "madrs/montgomery-asberg-1979/1",
    items=10,
    item_max=6,
    score=prorated_sum,
    total_range=(0, 60),
    recall=Recall("days", 7),
    licence=MAPI,
    bands=((0, "normal"), (7, "mild"), (20, "moderate"), (35, "severe")),
    has_response=True,
    remission_below=13,  # 12 or less, as in the esketamine programme (S55)
    answered_by="clinician",
    suicidal_item=10,
    triggers=(Trigger("clinician-review", (10,), "1.4 [P]", "madrs.item10_review"),),
)

_QIDS_DOMAINS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((1,), (2,), (3,), (4,)),
    ((5,),),
    ((6, 7), (8, 9)),
    *(((item,),) for item in range(10, 15)),
    ((15,), (16,)),
)
"""Sleep; mood; appetite or weight; five of one item; agitation or slowing. Of the pairs in the
third, one is answered: decreased or increased appetite, decreased or increased weight."""


def _sum_of_domains(_instrument: Instrument, answers: Answered) -> float | None:
    """Each of the nine domains counts its gravest item: the sum of the 16 is wrong."""
    gravest = [_gravest(answers, domain) for domain in _QIDS_DOMAINS]
    found = [each for each in gravest if each is not None]
    return float(sum(found)) if len(found) == len(gravest) else None


def _gravest(answers: Answered, questions: tuple[tuple[int, ...], ...]) -> int | None:
    """None unless each question, by one of its items, is answered."""
    found = [
        next((answers[item - 1] for item in items if answers[item - 1] is not None), None)
        for items in questions
    ]
    given = [each for each in found if each is not None]
    return max(given) if len(given) == len(found) else None


QIDS_SR16 = Instrument(
    "qids-sr16",
    "QIDS-SR16",
    "qids-sr16/rush-2003/1",
    items=16,
    item_max=3,
    score=_sum_of_domains,
    total_range=(0, 27),
    recall=Recall("days", 7),
    licence=MAPI,
    bands=((0, "none"), (6, "mild"), (11, "moderate"), (16, "severe"), (21, "very-severe")),
    has_response=True,
    remission_below=6,  # 5 or less [M]
    suicidal_item=12,
    either=((6, 7), (8, 9)),
    triggers=(Trigger("clinician-review", (12,), "1.4 [P]", "qids.item12_review"),),
)
