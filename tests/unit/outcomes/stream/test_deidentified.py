"""OUT-6 by construction: of a result analysts get the fields that are listed, and no other."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from services.outcomes.domain.axis.results import Result, results
from services.outcomes.domain.stream.classes import Tellable
from services.outcomes.domain.stream.deidentified import GENERALISED, TOLD_AS_IT_IS, result_of
from shared.contracts.outcomes import Measured, OutcomeResult, OutcomeSubject, StreamSealed
from shared.contracts.shapes import Text
from tests.kit.outcomes import DAY_0, POLICY, a_trajectory, on_day, phq

NOBODY = Tellable()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult(Result):
    """What somebody adds to a result one day."""

    postcode: str


def _result() -> dict[str, Any]:
    (found,) = results(a_trajectory(doses=[DAY_0], answered=[phq(9, on_day(5))]), POLICY)
    return {each.name: getattr(found, each.name) for each in fields(found)}


def test_a_new_field_is_not_published_until_it_is_listed() -> None:
    said = result_of("t", "t-1", 0, NOBODY, NewResult(**_result(), postcode="90210"))

    assert "90210" not in repr(said)


def test_every_field_of_a_result_is_listed_or_withheld_on_purpose() -> None:
    """Whoever adds a field to what is measured must say here what analysts get of it."""
    assert sorted([*TOLD_AS_IT_IS, *GENERALISED]) == sorted(each.name for each in fields(Measured))


def test_nothing_that_is_told_as_it_is_comes_from_elsewhere_than_the_result() -> None:
    found = _result()

    said = result_of("t", "t-1", 0, NOBODY, Result(**found))

    assert {name: getattr(said, name) for name in TOLD_AS_IT_IS} == {
        name: found[name] for name in TOLD_AS_IT_IS
    }


@pytest.mark.parametrize("contract", [OutcomeResult, OutcomeSubject, StreamSealed])
def test_no_field_of_the_stream_can_hold_a_date_or_free_text(contract: Any) -> None:
    hints = get_type_hints(contract, include_extras=True)
    for name, hint in ((name, hint) for name, hint in hints.items() if name != "type"):
        kinds = _kinds(hint)
        assert not kinds & {date, datetime}, name
        assert str not in kinds or _patterns(hint), f"{name} is text without a pattern"


def _kinds(hint: Any) -> set[Any]:
    return {hint} if not get_args(hint) else set().union(*map(_kinds, get_args(hint)))


def _patterns(hint: Any) -> list[str]:
    own = [each.pattern for each in get_args(hint)[1:] if isinstance(each, Text)]
    inner = get_args(hint) if get_origin(hint) is not Annotated else ()
    return [*own, *(pattern for each in inner for pattern in _patterns(each))]
