"""Item text is shown where everybody may, or where the site has a licence that has not expired."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.codec.questionnaires.texts import load
from shared.contracts.instruments import CADSS, INSTRUMENTS, MADRS, PHQ_9, WHO_5, Instrument
from shared.kernel.errors import Rejected
from shared.runtime.environment import SettingsError
from tests.kit.questionnaires.texts import LICENCE, a_folder, a_record, a_text

TODAY = date(2026, 11, 10)
FREE = [each for each in INSTRUMENTS.values() if each.licence.embed]
BOUND = [each for each in INSTRUMENTS.values() if not each.licence.embed]


def refused(instrument: Instrument, folder: str = "", today: date = TODAY) -> Rejected:
    with pytest.raises(Rejected) as refusal:
        load(folder).of(instrument, today)
    return refusal.value


@pytest.mark.parametrize("instrument", FREE, ids=lambda each: each.code)
def test_a_free_text_has_words_for_every_item_and_answer(instrument: Instrument) -> None:
    text = load().of(instrument, TODAY)

    assert text.licence == instrument.licence.id
    assert len({each.text for each in text.items}) == instrument.items
    for item in range(1, instrument.items + 1):
        assert tuple(text.answers_to(item)) == instrument.values(item)


@pytest.mark.parametrize("instrument", BOUND, ids=lambda each: each.code)
def test_what_may_not_be_embedded_is_not_shown_without_a_licence(instrument: Instrument) -> None:
    assert refused(instrument).code == "text-not-licensed"


def test_no_text_that_needs_a_licence_is_in_the_software() -> None:
    assert set(load().texts) == {each.code for each in FREE}


def test_a_sites_licensed_text_is_shown(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, [a_record("who-5")], a_text("who-5"))

    text = load(folder).of(WHO_5, TODAY)

    assert (text.title, text.licence) == ("Title of who-5", LICENCE)
    assert load(folder).of(PHQ_9, TODAY).items[8].text.startswith("Thoughts that you would be")


def test_a_licence_for_one_instrument_is_none_for_another(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, [a_record("who-5")], a_text("who-5"), a_text("cadss"))

    assert refused(CADSS, folder).code == "text-not-licensed"


@pytest.mark.parametrize(("expires", "shown"), [("2026-11-10", True), ("2026-11-09", False)])
def test_a_licence_ends_with_the_day_it_expires(tmp_path: Path, expires: str, shown: bool) -> None:
    folder = a_folder(tmp_path, [a_record("madrs", expires)], a_text("madrs"))

    if shown:
        assert load(folder).of(MADRS, TODAY)
    else:
        assert refused(MADRS, folder).code == "text-licence-expired"


def test_a_refusal_says_what_to_do() -> None:
    assert "obtain one" in refused(MADRS).reason


def test_an_item_may_have_answers_of_its_own(tmp_path: Path) -> None:
    text = a_text("audit")
    own = [{"value": value, "text": f"Only {value}"} for value in (0, 2, 4)]
    for item in (9, 10):
        text["items"][item - 1]["answers"] = own
    folder = a_folder(tmp_path, [a_record("audit")], text)

    loaded = load(folder).of(INSTRUMENTS["audit"], TODAY)

    assert tuple(loaded.answers_to(10)) == (0, 2, 4)
    assert tuple(loaded.answers_to(1)) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("records", "text", "complaint"),
    [
        ({}, a_text("who-5"), "licences.json is not a list"),
        ([{"instrument": "who-5"}], a_text("who-5"), "licences.json"),
        ([a_record("no-such")], a_text("who-5"), "licences.json: /instrument"),
        ([a_record("who-5", "soon")], a_text("who-5"), "licences.json: /expires"),
        ([a_record("bhs")], a_text("who-5"), "bhs.json cannot be read"),
        ([a_record("who-5")], a_text("who-5", licence="other"), "under the licence"),
        ([a_record("who-5")], a_text("who-5", items=[{"text": "one"}]), "has 5 items"),
        ([a_record("who-5")], a_text("who-5", answers=[{"value": 6, "text": "x"}]), "range"),
        ([a_record("who-5")], a_text("who-5", more=1), "en/who-5.json: /more"),
        ([a_record("audit")], a_text("audit"), "item 9 has answers that are not in its range"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_by_file(
    tmp_path: Path, records: object, text: dict[str, Any], complaint: str
) -> None:
    folder = a_folder(tmp_path, records, text)

    with pytest.raises(SettingsError, match=complaint):
        load(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"licences\.json cannot be read"):
        load(str(tmp_path / "nowhere"))
