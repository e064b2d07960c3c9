"""Whatever sites said in words, through all four services, is in no byte that analysts can get."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.outcomes.adapters.stream_keys import StreamKeys
from shared.codec import strict_json
from shared.codec.stream_records import opened
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import StreamSealed
from shared.contracts.topics import OUTCOMES, STREAM
from tests.kit.canary import Canaries, records_as_output
from tests.kit.outcomes import KEYS
from tests.simulation.delivery import header, log_of
from tests.simulation.world import CLINICS, World

SHORTEST = 6
"""Letters: shorter words are found in anything."""
TOLD = frozenset((*INSTRUMENTS, "ptsd", "esketamine", "higher", "baseline", "unchanged"))
"""Words of closed lists that the stream uses itself."""


@pytest.fixture(scope="module")
def world() -> World:
    made = World(7)
    with capture_logs():
        made.run(1500)
        made.settle()
    return made


def test_no_word_that_a_site_said_is_in_any_byte_of_the_stream(world: World) -> None:
    log = list(log_of(world, STREAM.name))
    keys = StreamKeys(world.nodes[OUTCOMES].store, KEYS)
    read = [asdict(each) for each in _opened(log, keys)]
    said = {f"said: {word}": word for word in _words(world)}
    ids = {f"patient {each}": each for each in world.lives} | {each: each for each in CLINICS}

    outputs = {
        "topic": records_as_output(log),
        "opened": read,
        "keys": [each.jwk() for each in keys.all()],
        "stream_keys": world.nodes[OUTCOMES].held("stream_keys"),
    }

    assert len(said) > 20
    assert read
    assert Canaries(said | ids).sightings(outputs) == []


def _opened(log: list[Any], keys: StreamKeys) -> Iterator[Any]:
    for each in log:
        if header(each, "type") == StreamSealed.type:
            said = strict_json.loads(each.value)
            if key := keys.opener(said["subject_token"]):
                yield opened(said["jwe"], key)


def _words(world: World) -> set[str]:
    """Every text in what sites posted that is no word of the stream itself: names, birth dates,
    record numbers, notes, reasons, devices, lots, escorts, event ids, times."""
    posted = [each.raw for site in world.sites for each in site.archive]
    texts = {text for raw in posted for text in _texts([raw["id"], raw["time"], raw["data"]])}
    return {each for each in texts if len(each) >= SHORTEST} - TOLD


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _texts(each))
