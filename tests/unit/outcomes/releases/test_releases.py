"""A release is made when one is due, kept as it is, and all that analysts see (OUT-7)."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.outcomes.analytics.releases.making import Releases, carried
from services.outcomes.analytics.releases.store import Folder, Release
from services.outcomes.analytics.report.counts import Group
from tests.contract.catalogue import POLICY
from tests.kit.analytics.standing import MONDAY, WEEK, Standing, patients

NETWORK = Group()


@pytest.fixture
def standing() -> Standing:
    return Standing()


@pytest.fixture
def releases(standing: Standing, tmp_path: Path) -> Releases:
    return again(standing, tmp_path)


def again(standing: Standing, folder: Path) -> Releases:
    return Releases(Folder(folder / "releases"), standing, POLICY, standing.now)


def test_the_first_who_asks_makes_a_release(standing: Standing, releases: Releases) -> None:
    standing.rows = patients(range(20))
    [release] = releases.all()

    assert (release.number, release.as_of) == (1, MONDAY)
    assert release.cells[NETWORK]["patients"] == 20
    assert release.answers["clinic"]["items"][0]["patients"] == {"value": 20, "suppressed": False}


def test_a_network_too_small_releases_nothing_until_it_is_larger(
    standing: Standing, releases: Releases
) -> None:
    standing.rows = patients(range(10))
    assert releases.all() == []

    standing.rows = patients(range(11))
    assert len(releases.all()) == 1


def test_for_a_week_analysts_see_the_same(standing: Standing, releases: Releases) -> None:
    standing.rows = patients(range(20))
    [first] = releases.all()
    standing.rows = patients(range(50))
    standing.at += WEEK - timedelta(seconds=1)

    assert releases.newest() == first


def test_after_a_week_many_who_came_are_told(standing: Standing, releases: Releases) -> None:
    standing.rows = patients(range(20))
    releases.all()
    standing.rows = patients(range(31))
    standing.at += WEEK
    first, second = releases.all()

    assert second.cells[NETWORK]["patients"] == 31
    assert (second.series, second.number) == (first.series, 2)
    assert first.cells[NETWORK]["patients"] == 20


def test_few_who_came_make_no_release_and_are_not_asked_for_every_minute(
    standing: Standing, releases: Releases
) -> None:
    standing.rows = patients(range(20))
    releases.all()
    standing.rows = patients(range(30))
    standing.at += WEEK
    assert len(releases.all()) == 1

    standing.rows = patients(range(40))
    standing.at += timedelta(minutes=1)
    assert len(releases.all()) == 1


def test_what_was_released_outlives_the_process(
    standing: Standing, releases: Releases, tmp_path: Path
) -> None:
    standing.rows = patients(range(20))
    made = releases.all()
    standing.rows = []

    assert again(standing, tmp_path).all() == made


def test_another_process_that_was_faster_is_believed(
    standing: Standing, releases: Releases, tmp_path: Path
) -> None:
    standing.rows = patients(range(20))
    releases.all()
    other = again(standing, tmp_path)
    other.all()
    standing.rows = patients(range(40))
    standing.at += WEEK
    theirs = other.all()
    standing.rows = patients(range(60))

    assert releases.all() == theirs


def test_a_release_is_never_written_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.add(Release("s", 1, MONDAY, MONDAY, {NETWORK: {"patients": 20}}, {}))

    with pytest.raises(FileExistsError):
        folder.add(Release("t", 1, MONDAY, MONDAY, {NETWORK: {"patients": 21}}, {}))

    [kept] = folder.releases()
    assert (kept.series, kept.shown(NETWORK, "patients")) == ("s", True)


def test_where_the_folder_was_lost_a_new_series_begins(
    standing: Standing, releases: Releases, tmp_path: Path
) -> None:
    standing.rows = patients(range(20))
    [first] = releases.all()
    [second] = again(standing, tmp_path / "empty").all()

    assert second.series != first.series


def test_a_row_that_waits_says_what_was_shown_before_and_as_of_when(
    standing: Standing, releases: Releases
) -> None:
    standing.rows = [*patients(range(20)), *patients(range(100, 130), "harbor")]
    releases.all()
    standing.rows += [*patients(range(20, 25)), *patients(range(130, 150), "harbor")]
    standing.at += WEEK
    made = releases.all()
    waiting = [
        (each["clinic"], each["count"], each["as_of"])
        for each in carried(made, made[1])
        if each["name"] == "patients" and each["clinic"]
    ]

    assert waiting == [("harbor", 30, MONDAY), ("riverside", 20, MONDAY)]
