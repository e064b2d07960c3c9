"""A replay builds the projection again beside the one at work, compares, swaps if asked, and says
nothing to anybody."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import rows_of
from services.outcomes.analytics.columns.live import Columns
from services.outcomes.analytics.replay.replaying import Replay, Replays, Swap, as_json
from shared.contracts.topics import FOLLOWED, STREAM
from shared.kernel.errors import Rejected
from shared.messaging.tail.kafka_tail import Run, TopicPlaces
from tests.kit.analytics.columns import (
    NOW,
    Keys,
    columns,
    followed,
    record,
    result,
    run_of,
    subject,
    told,
    withdrawn,
)
from tests.kit.eventually import eventually


@dataclass
class Topics:
    """Both topics as Kafka has them. `begin`: how many records retention took."""

    runs: list[Run] = field(default_factory=list)
    begin: int = 0
    may_read: Event = field(default_factory=Event)
    meanwhile: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_read.set()

    @contextmanager
    def opened(self) -> Iterator["Topics"]:
        self._left = list(self.runs)
        yield self

    def begins(self) -> TopicPlaces:
        return {FOLLOWED.name: {0: self.begin}, STREAM.name: {0: 0}}

    def seek(self, after: TopicPlaces) -> None:
        assert not after, "from the beginning"

    def poll(self) -> list[Run]:
        assert self.may_read.wait(30)
        return [self._left.pop(0)] if self._left else []


KEYS = Keys("amber", "birch")


def stream(*said: object, at: int = 0) -> Run:
    rows = []
    for offset, each in enumerate(said, at):
        token = each.subject_token  # type: ignore[attr-defined]  # every one has it
        sealed = each if each == withdrawn(token) else KEYS.seal(each)  # type: ignore[arg-type]
        rows.append(record(sealed, token, offset))
    return run_of(STREAM.name, rows)


def inside(*said: object, at: int = 0) -> Run:
    rows = [record(each, f"p{offset % 3}", offset) for offset, each in enumerate(said, at)]
    return run_of(FOLLOWED.name, rows)


def everything() -> list[Run]:
    patients = inside(*[followed() for _ in range(3)])
    results = inside(*[result(assessment_id=f"a{n}") for n in range(9)], at=3)
    said = [subject("amber"), subject("birch"), told("amber", result_id="r1"), told("birch")]
    return [patients, results, stream(*said), stream(withdrawn("birch"), at=4)]


def at_work(folder: Path, runs: Sequence[Run]) -> Columns:
    live = columns(folder, KEYS)
    for run in runs:
        live.take(run.topic, rows_of([run]))
    return live


def replays(live: Columns, topics: Topics, **more: object) -> Replays:
    def shadow() -> Columns:
        return Columns(live.archive, KEYS, lambda: NOW, quiet=True)

    return Replays(live, topics, shadow, lambda: NOW, **more)  # type: ignore[arg-type]


def ended(live: Columns, topics: Topics, swap: Swap = "no") -> Replay:
    found = replays(live, topics)
    found.start("one", swap)
    eventually(lambda: found.of("one") is not None and _of(found).state != "running")
    return _of(found)


def _of(found: Replays, id_: str = "one") -> Replay:
    replay = found.of(id_)
    assert replay
    return replay


def spoil(live: Columns) -> None:
    """Somebody changed what is shown, as no record says."""
    wrong = inside(result(assessment_id="a1", revision=99), at=4)
    live._patients.take(rows_of([wrong]))


def state(live: Columns) -> Mapping[str, object]:
    return {name: frame.rows() for name, frame in live.standing().frames.items()}


def test_a_replay_of_the_whole_topics_equals_what_is_at_work(tmp_path: Path) -> None:
    live = at_work(tmp_path, everything())

    replay = ended(live, Topics(everything()))

    assert (replay.state, replay.is_equal, replay.swapped, replay.half) == ("done", True, False, ())
    shown = {each.table: each.live.rows for each in replay.tables}
    assert shown == {"patients": 3, "results": 9, "stream subjects": 1, "stream results": 1}
    progress = [(each["topic"], each["read"], each["of"]) for each in as_json(replay)["progress"]]
    assert progress == [(FOLLOWED.name, 12, 12), (STREAM.name, 5, 5)]


def test_what_comes_after_the_start_is_not_compared(tmp_path: Path) -> None:
    live = at_work(tmp_path, everything())
    more = inside(result(assessment_id="later"), at=12)

    replay = ended(live, Topics([*everything(), more]))

    assert replay.is_equal
    assert replay.read[FOLLOWED.name] == 12


def test_a_difference_is_found_and_nothing_is_swapped_unless_any_was_asked_for(
    tmp_path: Path,
) -> None:
    live, right = at_work(tmp_path, everything()), at_work(tmp_path / "b", everything())
    spoil(live)

    said = {swap: ended(live, Topics(everything()), swap) for swap in ("no", "equal")}
    kept = state(live) != state(right)
    last = ended(live, Topics(everything()), "any")

    assert not any(each.is_equal or each.swapped for each in said.values())
    different = [each.table for each in said["no"].tables if not each.is_equal]
    assert (different, kept) == (["results"], True)
    assert (last.is_equal, last.swapped, state(live) == state(right)) == (False, True, True)


def test_what_comes_during_a_replay_is_there_after_the_swap(tmp_path: Path) -> None:
    live, topics = at_work(tmp_path, everything()), Topics(everything())
    topics.may_read.clear()
    found = replays(live, topics)
    found.start("one", "equal")
    eventually(lambda: bool(_of(found).of))

    more = inside(result(assessment_id="later"), at=12)
    live.take(more.topic, rows_of([more]))
    topics.may_read.set()
    eventually(lambda: _of(found).state == "done")

    assert _of(found).swapped
    assert "later" in live.frames().results["assessment_id"].to_list()
    assert live.standing().places[FOLLOWED.name] == {0: 13}


def test_somebody_withdrawn_does_not_come_back_by_a_swap(tmp_path: Path) -> None:
    live = at_work(tmp_path, everything())

    assert ended(live, Topics(everything()), "any").swapped

    assert live.stream().subjects["subject_token"].to_list() == ["amber"]
    assert not [
        each
        for each in live.log.entries({}, 100)[0]
        if each.data.get("score") and each.data["subject_token"] == "birch"
    ]


@pytest.mark.parametrize("swap", ["equal", "any"])
def test_half_a_topic_is_never_swapped_in_and_it_is_said_what_is_missing(
    tmp_path: Path, swap: Swap
) -> None:
    live = at_work(tmp_path, everything())
    before = state(live)

    begun_late = ended(live, Topics(everything()[1:], begin=3), swap)
    fewer = ended(live, Topics([everything()[1], *everything()[2:]]), swap)

    assert not begun_late.swapped
    assert f"{FOLLOWED.name}/0 begins at 3" in begun_late.half[0]
    assert (fewer.swapped, fewer.half) == (
        False,
        (f"{FOLLOWED.name} has 9 records, and 12 were read before",),
    )
    assert state(live) == before


def test_one_replay_at_a_time_and_none_that_does_not_fit(tmp_path: Path) -> None:
    live, topics = at_work(tmp_path, everything()), Topics(everything())
    topics.may_read.clear()
    found = replays(live, topics)
    found.start("one", "no")

    with pytest.raises(Rejected) as running:
        found.start("two", "no")
    topics.may_read.set()
    eventually(lambda: _of(found).state == "done")
    found.start("three", "no")
    with pytest.raises(Rejected) as large:
        replays(live, topics, rows_max=13).start("four", "no")
    with pytest.raises(Rejected) as early:
        replays(live, topics, is_ready=lambda: False).start("five", "no")

    codes = [each.value.code for each in (running, large, early)]
    assert codes == ["running", "too-many-rows", "not-ready"]


def test_a_replay_writes_no_archive_and_publishes_nothing(tmp_path: Path) -> None:
    """It has nothing to publish with: no publisher is within reach of the analytics process."""
    live = at_work(tmp_path, everything())
    live.archive.flush()
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}

    ended(live, Topics(everything()), "equal")

    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")} == before
    assert Archive(tmp_path).places(FOLLOWED.name) == {0: 12}
