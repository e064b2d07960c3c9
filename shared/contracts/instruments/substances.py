"""Alcohol and drugs: AUDIT and DAST-10 (INT-11). Positive from the policy's cut-off on."""

from shared.contracts.instruments.definition import Instrument, Licence, Recall, Trigger
from shared.contracts.instruments.scoring import prorated_sum, turned_sum

_LICENCE = Licence("unconfirmed", False, "The right to show its text is not confirmed.")
_YEAR_D = 365

AUDIT = Instrument(
    "audit",
    "AUDIT",
    "audit/saunders-1993/1",
    items=10,
    item_max=4,
    score=prorated_sum,
    total_range=(0, 40),
    recall=Recall("days", _YEAR_D),
    licence=_LICENCE,
    measures="substance-use",
    choices=((9, (0, 2, 4)), (10, (0, 2, 4))),
    triggers=(Trigger("prescriber-note", (), "INT-11", "audit.positive_min"),),
)
DAST_10 = Instrument(
    "dast-10",
    "DAST-10",
    "dast-10/skinner-1982/1",
    items=10,
    item_max=1,  # yes is 1; a yes to item 3, being able to stop, is no point
    score=turned_sum,
    total_range=(0, 10),
    recall=Recall("days", _YEAR_D),
    licence=_LICENCE,
    measures="substance-use",
    reversed=(3,),
    triggers=(Trigger("prescriber-note", (), "INT-11", "dast10.positive_min"),),
)
