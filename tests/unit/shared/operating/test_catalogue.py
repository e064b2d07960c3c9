"""The catalogue of metrics: no patient in a label, few values in each, and a scrape that lasts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge

from shared.contracts.topics import POSTED
from shared.kernel.errors import Unavailable
from shared.runtime import metrics
from shared.runtime.metrics import Board, Dependency, Scrapes
from tests.kit.door import Toy, bearer, event
from tests.kit.toy import CONSENT

BOUNDED = {
    "service", "reader", "type", "verdict", "method", "route", "status", "clinic", "topic",
    "partition", "producer", "reason", "code", "lane", "dependency", "grade", "kind", "table",
    "format",
}  # fmt: skip
"""Labels whose values are of our own code, the catalogue of topics or the issuer's clients."""
GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "operations.md"
ONE = "application/cloudevents+json"


def samples(name: str) -> list[str]:
    return [line for line in metrics.exposition().decode().splitlines() if line.startswith(name)]


def values_of(label: str) -> set[str]:
    return set(re.findall(rf'[{{,]{label}="([^"]*)"', metrics.exposition().decode()))


@pytest.mark.parametrize("metric", metrics.CATALOGUE, ids=lambda each: each._name)
def test_no_metric_has_a_label_that_could_name_a_patient_or_an_event(metric: Any) -> None:
    assert set(metric._labelnames) <= BOUNDED
    assert metric._documentation.strip()


def names() -> Iterator[str]:
    for each in metrics.CATALOGUE:
        suffix = "_total" if each._type == "counter" else ""
        yield f"{each._name}{suffix}"


@pytest.mark.parametrize("name", [*names()])
def test_the_guide_tells_of_every_metric_what_it_means_and_how_to_add_it_up(name: str) -> None:
    [row] = [line for line in GUIDE.read_text().splitlines() if line.startswith(f"| `{name}`")]

    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 4
    assert all(cells)


def test_the_guide_tells_of_no_metric_that_is_not_there() -> None:
    told = set(
        re.findall(
            r"^\| `([a-z_]+)` \|", GUIDE.read_text().split("## The metrics")[1], re.MULTILINE
        )
    )

    assert told == set(names())


def test_what_a_caller_chooses_never_becomes_a_label_of_its_own(tmp_path: Path) -> None:
    client = Toy(tmp_path).app().test_client()
    hostile = [f"evil.type-{number}.v1" for number in range(300)]
    for number, kind in enumerate(hostile):
        body = event(kind, CONSENT, id=f"hostile-{number}", subject=f"patient-secret-{number}")
        client.post("/v1/events", json=body, content_type=ONE, headers=bearer())
        client.open(f"/v1/patients/patient-secret-{number}", method=f"EVIL{number}")

    told = metrics.exposition().decode()
    assert [each for each in hostile if each in told] == []
    assert not re.search("EVIL|secret|hostile", told)
    assert metrics.OTHER in values_of("method")
    known = {contract.type for posted in POSTED.values() for contract in posted}
    assert {each for each in values_of("type") if each.startswith("evil")} <= known


def test_more_clinics_than_a_network_has_are_one_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_clinics", {})

    labels = [metrics.clinic(f"clinic-{number}") for number in range(metrics.CLINICS_MAX + 500)]

    assert len(set(labels)) == metrics.CLINICS_MAX + 1
    assert (labels[0], labels[-1]) == ("clinic-0", metrics.OTHER)
    assert metrics.clinic("clinic-0") == "clinic-0"


def test_a_metric_that_cannot_be_read_leaves_out_itself_and_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> float:
        raise ZeroDivisionError("a bug")

    apart: Any = Gauge("broken_gauge", "For this test.", registry=CollectorRegistry())
    apart.set_function(broken)
    monkeypatch.setattr(metrics, "COLLECTORS", [apart, *metrics.COLLECTORS])
    metrics.DEFERRED.labels("intake").set(7)

    metrics.exposition()

    assert samples("broken_gauge") == []
    assert 'events_deferred{service="intake"} 7.0' in samples("events_deferred")
    assert samples("metrics_faults_total")[0].split()[1] != "0.0"


def test_a_storm_of_scrapes_is_answered_from_one_exposition_a_second() -> None:
    made, now = [], [0.0]

    def make() -> bytes:
        made.append(now[0])
        return f"made at {now[0]}".encode()

    scrapes = Scrapes(make, lambda: now[0])
    storm = {scrapes.text() for _ in range(100)}
    now[0] = metrics.FRESH_S

    assert (storm, scrapes.text()) == ({b"made at 0.0"}, b"made at 1.0")
    assert made == [0.0, 1.0]


def test_what_a_board_does_not_show_again_is_gone() -> None:
    held: Any = Gauge("held", "For this test.", ["clinic"], registry=(own := CollectorRegistry()))
    board = Board()

    board.show([(held, ("riverside",), 2), (held, ("harbor",), lambda: 3.0)])
    assert own.get_sample_value("held", {"clinic": "harbor"}) == 3.0
    board.show([(held, ("harbor",), 4)])

    assert own.get_sample_value("held", {"clinic": "riverside"}) is None
    board.show(())
    assert own.get_sample_value("held", {"clinic": "harbor"}) is None


def test_a_dependency_is_down_from_the_call_that_failed_to_the_next_that_did_not() -> None:
    kafka = Dependency("toy", "kafka")
    assert kafka.state == "unknown"

    with pytest.raises(Unavailable), kafka.asked():
        raise Unavailable("away")
    assert kafka.state == "away"
    assert 'dependency_up{dependency="kafka",service="toy"} 0.0' in samples("dependency_up")

    with kafka.asked():
        pass
    assert kafka.state == "ok"
    assert 'dependency_up{dependency="kafka",service="toy"} 1.0' in samples("dependency_up")
