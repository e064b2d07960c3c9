"""A cursor names a place of one stream; what we did not write ourselves is refused."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.analytics.delivery.cursor import (
    CursorExpired,
    CursorInvalid,
    Cursors,
    NotReadYet,
)
from shared.contracts.outcomes import OutcomeResult
from tests.kit.stream import MemoryLog, a_result

KEY = bytes(range(32))
PLACES = st.dictionaries(st.integers(0, 63), st.integers(0, 2**63 - 1), max_size=12)


def cursors(key: bytes = KEY, epoch: str = "topic-1") -> Cursors:
    return Cursors(key, lambda: epoch)


def filled(count: int = 3) -> MemoryLog:
    log = MemoryLog()
    for number in range(count):
        log.append(a_result("subject", number), 0)
    return log


class Endless(MemoryLog):
    """A log that is long enough for any place."""

    def places(self) -> Any:
        return {}, dict.fromkeys(range(64), 2**63)


def read(text: str, log: Any = None, caught_up: bool = True, **at: Any) -> Any:
    return cursors(**at).places(text, log or Endless(), lambda: caught_up)


@given(PLACES, st.text(max_size=40))
def test_a_cursor_comes_back_as_the_places_it_was_written_for(
    places: dict[int, int], epoch: str
) -> None:
    assert read(cursors(epoch=epoch).text(places), epoch=epoch) == places


@given(PLACES)
def test_a_cursor_travels_in_an_address_as_it_is(places: dict[int, int]) -> None:
    text = cursors().text(places)

    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


@given(PLACES, st.data())
def test_a_cursor_that_was_changed_anywhere_is_refused(
    places: dict[int, int], data: st.DataObject
) -> None:
    text = cursors().text(places)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_=| é\n").filter(lambda each: each != text[at]))

    with pytest.raises(CursorInvalid, match="one that you were given, unchanged"):
        read(text[:at] + letter + text[at + 1 :])


@given(st.text(min_size=1))
def test_a_cursor_that_somebody_made_up_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid):
        read(text)


@given(PLACES)
def test_a_cursor_signed_with_another_key_is_refused(places: dict[int, int]) -> None:
    with pytest.raises(CursorInvalid):
        read(cursors(key=bytes(32)).text(places))


def test_nobody_signs_without_the_key() -> None:
    content = urlsafe_b64decode(cursors().text({0: 1}) + "===")

    assert KEY not in content


def test_no_cursor_is_the_beginning_that_there_is() -> None:
    log = filled()
    log.oldest = {0: 2}

    assert read("", log) == {0: 2}


def test_a_cursor_of_a_topic_that_was_made_anew_has_expired_and_says_where_to_go_on() -> None:
    old = cursors(epoch="topic-0").text({0: 1})

    with pytest.raises(CursorExpired, match="take an export") as caught:
        read(old, filled())

    assert read(caught.value.oldest, filled()) == {}


@pytest.mark.parametrize(("place", "expired"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_cursor_older_than_what_is_kept_has_expired(place: int, expired: bool) -> None:
    log = filled()
    log.oldest = {0: 2}
    text = cursors().text({0: place})

    if expired:
        with pytest.raises(CursorExpired) as caught:
            read(text, log)
        assert read(caught.value.oldest, log) == {0: 2}
    else:
        assert read(text, log) == {0: place}


def test_a_partition_that_a_cursor_does_not_name_was_never_read() -> None:
    log = filled()
    log.oldest = {0: 1}

    with pytest.raises(CursorExpired):
        read(cursors().text({1: 0}), log)


@pytest.mark.parametrize(("place", "ahead"), [(3, False), (4, True)])
def test_a_cursor_ahead_of_the_stream_is_refused(place: int, ahead: bool) -> None:
    text = cursors().text({0: place})

    if ahead:
        with pytest.raises(CursorInvalid, match="ahead of the stream"):
            read(text, filled())
    else:
        assert read(text, filled()) == {0: place}


def test_a_cursor_ahead_of_what_was_read_back_after_a_start_is_asked_for_again() -> None:
    with pytest.raises(NotReadYet, match="shortly"):
        read(cursors().text({0: 4}), filled(), caught_up=False)


def test_a_cursor_names_nobody() -> None:
    result = a_result("subject-token", 1)
    log = MemoryLog()
    log.append(result)

    text = cursors().text(log.entries({}, 10)[1])

    assert b"subject" not in urlsafe_b64decode(text + "===")
    assert OutcomeResult.type.encode() not in urlsafe_b64decode(text + "===")
