"""OUT-9: after a withdrawal nothing opens, nothing new is said, and nothing leads back."""

from typing import Any

import pytest

from shared.codec import strict_json
from shared.codec.stream_records import opened
from shared.contracts.outcomes import OutcomeResult, StreamSealed, SubjectWithdrawn
from shared.contracts.topics import STREAM
from shared.kernel.sealing import RecordKey
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.storage.journal import JOURNAL
from shared.storage.steps import Step
from shared.web.journey import journey
from tests.kit.outcomes import (
    CLINIC,
    DAY_0,
    PATIENT,
    Outcomes,
    answers,
    assessed,
    consent_withdrawn,
    consented,
    course_opened,
    dosed,
    erased,
    on_day,
    registered,
    screened,
)

TOKEN = "token-1"


def _course() -> list[Step]:
    return [
        registered(),
        consented(on_day(-10)),
        screened(20, on_day(-3)),
        course_opened(on_day(-2)),
        dosed(1, DAY_0),
        assessed(answers(9), on_day(5)),
    ]


def _sent(outcomes: Outcomes, broker: MemoryBroker) -> None:
    relay = Relay("outcomes", "relay-1", outcomes.store, broker, lambda: DAY_0)
    while relay.turn():
        pass


def _withdrawn(end: Step) -> tuple[Outcomes, MemoryBroker, RecordKey]:
    outcomes, broker = Outcomes(), MemoryBroker()
    outcomes.take(*_course())
    key = outcomes.keys().opener(TOKEN)
    assert key
    outcomes.take(end)
    _sent(outcomes, broker)
    return outcomes, broker, key


ENDS = pytest.mark.parametrize("end", [consent_withdrawn(on_day(6)), erased(on_day(6))])


@ENDS
def test_after_a_withdrawal_no_old_record_can_be_opened(end: Step) -> None:
    outcomes, broker, key = _withdrawn(end)
    log = _log(broker)

    assert [opened(each["jwe"], key) for each in _data(log, StreamSealed)]  # as long as there was
    assert outcomes.keys().opener(TOKEN) is None
    assert list(outcomes.keys().all()) == []
    assert outcomes.published() == []


@ENDS
def test_after_a_withdrawal_nothing_new_is_said(end: Step) -> None:
    outcomes, broker, _ = _withdrawn(end)
    before = len(_log(broker))

    outcomes.take(assessed(answers(3), on_day(9)), dosed(2, on_day(10)))
    _sent(outcomes, broker)

    log = _log(broker)
    assert _data(log, SubjectWithdrawn) == [{"subject_token": TOKEN}]
    assert len(log) == before


def test_after_an_erasure_no_consent_links_anybody_again() -> None:
    outcomes, _, _ = _withdrawn(erased(on_day(6)))

    outcomes.take(consented(on_day(20)))

    assert outcomes.trajectory().stream is None


def test_a_later_consent_has_a_key_of_its_own() -> None:
    outcomes, _, key = _withdrawn(consent_withdrawn(on_day(6)))

    outcomes.take(consented(on_day(8)))

    (living,) = outcomes.keys().all()
    assert living.jwk()["k"] != key.jwk()["k"]
    assert [each for each in outcomes.published() if isinstance(each, OutcomeResult)]


def test_a_key_that_cannot_be_opened_keeps_no_alert_waiting() -> None:
    outcomes = Outcomes()
    outcomes.take(*_course())
    document = outcomes.store.collections["stream_keys"][f"network/{TOKEN}"]
    wrapped = document["state"]["wrapped"]
    document["state"]["wrapped"] = "of-another-ring"

    outcomes.take(assessed(answers(20, item_9=3), on_day(6)))

    assert len(outcomes.alerts()) == 1
    document["state"]["wrapped"] = wrapped
    outcomes.take(dosed(2, on_day(7)))
    scores = [each.score for each in outcomes.published() if isinstance(each, OutcomeResult)]
    assert scores[-1] == 20


@ENDS
def test_after_a_withdrawal_no_document_leads_from_the_patient_to_the_token(end: Step) -> None:
    outcomes, _, _ = _withdrawn(end)

    mine = _values(outcomes, lambda text: PATIENT in text)
    tokens = _values(outcomes, lambda text: TOKEN in text)

    assert mine
    assert tokens
    assert mine.keys() & tokens.keys() == set()
    # What stands in a document of the one and of the other is a count, or the same in all others.
    shared = set().union(*mine.values()) & set().union(*tokens.values())
    assert {each for each in shared if not _is_count(each)} - {"", None, "network"} == set()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value < 100


def test_while_consent_stands_the_journal_keeps_no_sent_record_of_the_stream() -> None:
    outcomes, broker = Outcomes(), MemoryBroker()
    outcomes.take(*_course())

    _sent(outcomes, broker)

    documents = outcomes.store.session().where(JOURNAL, {})
    assert _log(broker)
    assert not [each for each in documents if TOKEN in repr(each) or "unsent" in each]
    assert all(len(each.get("records", ())) == len(each.get("places", ())) for each in documents)


def test_the_journey_of_an_event_shows_no_token_before_and_after_it_was_sent() -> None:
    outcomes = Outcomes()
    outcomes.take(*_course()[:-1])
    outcomes.take(assessed(answers(9), on_day(5), event_id="the-event"))
    session = outcomes.store.session()

    before = journey(session, "the-event", CLINIC, {}, "")
    _sent(outcomes, MemoryBroker())
    after = journey(session, "the-event", CLINIC, {}, "")

    assert before
    assert after
    assert TOKEN not in repr((before, after))


def _log(broker: MemoryBroker) -> list[Any]:
    return [each for (name, _), log in broker.logs.items() if name == STREAM.name for each in log]


def _data(log: list[Any], kind: type[Any]) -> list[dict[str, Any]]:
    wanted = ("ce_type", kind.type.encode())
    return [strict_json.loads(each.value) for each in log if wanted in each.headers]


def _values(outcomes: Outcomes, wanted: Any) -> dict[str, set[Any]]:
    """Every value of every document that has the wanted word in it, by collection and id."""
    return {
        f"{name}/{key}": set(_leaves(document))
        for name, held in outcomes.store.collections.items()
        for key, document in held.items()
        if wanted(repr(document))
    }


def _leaves(value: Any) -> Any:
    if isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value
