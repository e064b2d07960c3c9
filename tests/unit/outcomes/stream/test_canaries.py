"""OUT-6: words planted with every fact about a person are in no byte that analysts can get."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.topics import STREAM
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.storage.steps import Step
from tests.kit.canary import PLANTED, Canaries, records_as_output, spellings
from tests.kit.outcomes import (
    DAY_0,
    Outcomes,
    answers,
    assessed,
    consent_withdrawn,
    consented,
    course_opened,
    dosed,
    on_day,
    registered,
    screened,
)

WHO: dict[str, Any] = {"patient": PLANTED["patient"], "clinic": PLANTED["clinic"]}


def _journey() -> list[Step]:
    posted: dict[str, Any] = {"event_id": PLANTED["event"], "site": PLANTED["site"]}
    return [
        registered("ptsd", **WHO),
        consented(on_day(-10), **WHO),
        screened(20, on_day(-3), **WHO),
        course_opened(on_day(-2), course=PLANTED["course"], **WHO),
        dosed(1, DAY_0, **WHO),
        assessed(answers(9), on_day(5), **WHO, **posted),
    ]


@pytest.fixture(params=["living", "withdrawn"])
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    made = Outcomes()
    made.take(*_journey())
    if request.param == "withdrawn":
        made.take(consent_withdrawn(on_day(6), **WHO))
    return made


def test_no_planted_word_is_in_any_byte_that_analysts_can_get(outcomes: Outcomes) -> None:
    broker = MemoryBroker()
    opened = [asdict(each) for each in outcomes.published()]
    Relay("outcomes", "relay-1", outcomes.store, broker, lambda: DAY_0).turn()
    log = [each for (name, _), held in broker.logs.items() if name == STREAM.name for each in held]
    inside = _ids_of(outcomes)

    seen = Canaries(inside).sightings(
        {
            "topic": records_as_output(log),
            "opened": opened,
            "keys": [each.jwk() for each in outcomes.keys().all()],
            "stream_keys": list(outcomes.store.collections["stream_keys"].values()),
        }
    )

    assert log
    assert seen == []


def test_after_a_withdrawal_no_planted_word_is_beside_the_token() -> None:
    outcomes = Outcomes()
    outcomes.take(*_journey(), consent_withdrawn(on_day(6), **WHO))

    subjects = list(outcomes.store.collections["stream_subjects"].values())

    assert subjects
    assert Canaries(_ids_of(outcomes)).sightings({"stream_subjects": subjects}) == []


@pytest.mark.parametrize(("spelling", "needle"), list(spellings("porcelain herons")))
def test_a_planted_word_is_seen_in_every_spelling(spelling: str, needle: bytes) -> None:
    seen = Canaries({"a note": "porcelain herons"}).sightings({"there": b"xx" + needle + b"yy"})

    assert f"a note in there as {spelling}" in seen


def _ids_of(outcomes: Outcomes) -> dict[str, str]:
    """What the service itself calls the patient's facts, and the days that they are of."""
    facts = outcomes.runner.store.session().where("trajectories", {})[0]["state"]
    ids = [*(each["id"] for each in facts["assessments"]), *facts["counted"]]
    ids += [each["encounter_id"] for each in facts["doses"]]
    days = [(DAY_0 + timedelta(days=day)).date().isoformat() for day in (-10, -3, -2, 0, 5, 6)]
    return {f"id {each}": each for each in ids} | {f"day {each}": each for each in days}
