"""Anxiety and what weighs on people in despair or near death: anhedonia, hopelessness, dread."""

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    Licence,
    Loinc,
    Recall,
    Trigger,
)
from shared.contracts.instruments.depression import FREQUENCY, PHQ_LICENCE
from shared.contracts.instruments.scoring import known, prorated_sum

AUTHORS = Licence("ask-the-authors", False, "Use by permission of the authors.")
_DISAGREE = 3
"""Of strongly agree, agree, disagree, strongly disagree, answered as 1 to 4."""


def _disagreements(instrument: Instrument, answers: Answered) -> float | None:
    given = known(answers, range(1, instrument.items + 1))
    return None if given is None else float(sum(answer >= _DISAGREE for answer in given))


GAD_7 = Instrument(
    "gad-7",
    "GAD-7",
    "gad-7/spitzer-2006/1",
    items=7,
    item_max=3,
    score=prorated_sum,
    total_range=(0, 21),
    recall=Recall("days", 14),
    licence=PHQ_LICENCE,
    missing_allowed=1,
    bands=((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    has_response=True,
    remission_below=5,
    loinc=Loinc(
        panel="69737-5",
        items=(
            *("69725-0", "68509-9", "69733-4", "69734-2"),
            *("69735-9", "69689-8", "69736-7"),
        ),
        result="70274-6",
        answers=FREQUENCY,
    ),
)
BHS = Instrument(
    "bhs",
    "Beck Hopelessness Scale",
    "bhs/beck-1974/1",
    items=20,
    item_max=1,  # points by the licensed key: 1 is the hopeless answer, be it true or false
    score=prorated_sum,
    total_range=(0, 20),
    recall=Recall("days", 7),
    licence=Licence("proprietary", False, "Owned by its publisher: use under its licence only."),
    bands=((0, "minimal"), (4, "mild"), (9, "moderate"), (15, "severe")),
    triggers=(Trigger("clinician-review", (), "1.4 [P]", "bhs.review_min"),),
)
DADDS = Instrument(
    "dadds",
    "Death and Dying Distress Scale",
    "dadds/lo-2011/1",
    items=15,
    item_max=5,
    score=prorated_sum,
    total_range=(0, 75),
    recall=Recall("days", 14),
    licence=AUTHORS,
)
DS_II = Instrument(
    "ds-ii",
    "Demoralization Scale-II",
    "ds-ii/robinson-2016/1",
    items=16,
    item_max=2,
    score=prorated_sum,
    total_range=(0, 32),
    recall=Recall("days", 14),
    licence=AUTHORS,
)
SHAPS = Instrument(
    "shaps",
    "SHAPS (disagreements counted)",
    "shaps/snaith-1995/1",
    items=14,
    item_min=1,
    item_max=4,
    score=_disagreements,
    total_range=(0, 14),
    recall=Recall("few-days"),
    licence=AUTHORS,
    bands=((0, "normal"), (3, "abnormal")),
)
SHAPS_LIKERT = Instrument(
    "shaps-likert",
    "SHAPS (answers summed)",
    "shaps/franken-2007/1",
    items=14,
    item_min=1,
    item_max=4,
    score=prorated_sum,
    total_range=(14, 56),
    recall=Recall("few-days"),
    licence=AUTHORS,
)
