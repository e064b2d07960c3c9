"""When a patient first responded, and when that was lost again (OUT-11).

Held: `response`, where the instrument defines one; else a change that is reliably for the better
[P]. A result of which it cannot be said is passed over.
"""

from collections.abc import Iterator, Sequence

from services.outcomes.domain.axis.result import Result, Said
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import INSTRUMENTS
from shared.kernel.policy import Policy


def lasting(found: tuple[Result, ...], _trajectory: Trajectory, policy: Policy) -> Said:
    """Marks, per definition, `first_response` and `relapse`.

    `relapse` is on the first of `relapse.consecutive` results in a row, after the first response,
    that do not hold it: that is when it was lost, and the last of them has confirmed it. Only the
    first loss is marked. Who is censored (at the last result, a new course, a maintenance dose)
    is for the report to choose: `route`, `after_dose` and `answered_at` stand beside the marks.
    """
    in_a_row = int(policy["relapse.consecutive"])
    first: list[str] = []
    lost: list[str] = []
    for definition in {each.definition for each in found}:
        series = [each for each in found if each.definition == definition]
        known = [each for each in series if _holds(each) is not None]
        first += _first_response(known)
        lost += _relapse(known, in_a_row)
    # None is both: a loss is of what does not hold.
    said = {name: {"first_response": True} for name in first}
    return said | {name: {"relapse": True} for name in lost}


def _first_response(known: Sequence[Result]) -> Iterator[str]:
    yield from [each.assessment_id for each in known if _holds(each)][:1]


def _relapse(known: Sequence[Result], in_a_row: int) -> Iterator[str]:
    held = [bool(_holds(each)) for each in known]
    begun = held.index(True) if True in held else len(held)
    for at in range(begun, len(held) - in_a_row + 1):
        if not any(held[at : at + in_a_row]):
            yield known[at].assessment_id
            return


def _holds(each: Result) -> bool | None:
    if INSTRUMENTS[each.instrument].has_response:
        return each.response
    return None if each.reliable is None else each.reliable == "improved"
