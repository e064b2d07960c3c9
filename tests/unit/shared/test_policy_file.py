"""The policy document: read whole or refused at start, and it has every value the code names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.policy import CourseTemplate
from shared.runtime.policy_file import PolicyError, load

ROOT = Path(__file__).parents[3]
NETWORK = ROOT / "deploy" / "policy" / "network.json"
PROTOCOL: dict[str, Any] = {
    "code": "iv-6",
    "version": "1",
    "route": "iv",
    "preparations": 1,
    "doses": 6,
    "dose_gap_h": 72,
    "preparation_min": 60,
    "dosing_min": 150,
    "integration_min": 60,
}
GOOD: dict[str, Any] = {
    "id": "network",
    "version": "7",
    "values": {"consent.max_age_d": 365, "dose.iv.hard_mg_per_kg": 1.2, "stay.iv_min": 90},
    "protocols": [PROTOCOL],
}
REFUSED: dict[str, Any] = {
    "no object": [GOOD],
    "nothing": None,
    "no id": {name: value for name, value in GOOD.items() if name != "id"},
    "no version": {name: value for name, value in GOOD.items() if name != "version"},
    "no values": {name: value for name, value in GOOD.items() if name != "values"},
    "no protocols": {name: value for name, value in GOOD.items() if name != "protocols"},
    "values as a list": GOOD | {"values": ["consent.max_age_d"]},
    "a value as text": GOOD | {"values": {"consent.max_age_d": "365"}},
    "a value as true": GOOD | {"values": {"consent.max_age_d": True}},
    "a value below 0": GOOD | {"values": {"consent.max_age_d": -1}},
    "NaN, with which no rule would ever fire": GOOD | {"values": {"dose.max": float("nan")}},
    "infinity": GOOD | {"values": {"dose.max": float("inf")}},
    "a protocol without a field": GOOD | {"protocols": [{"code": "iv-6"}]},
    "a protocol with an unknown field": GOOD | {"protocols": [PROTOCOL | {"colour": "red"}]},
    "a protocol of text doses": GOOD | {"protocols": [PROTOCOL | {"doses": "6"}]},
    "a protocol of a fraction of a dose": GOOD | {"protocols": [PROTOCOL | {"doses": 6.5}]},
    "a protocol as text": GOOD | {"protocols": ["iv-6"]},
    "two protocols of one code": GOOD | {"protocols": [PROTOCOL, PROTOCOL | {"doses": 9}]},
}


def written(path: Path, document: Any) -> Path:
    file = path / "policy.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_whole_document_is_read_with_its_units(tmp_path: Path) -> None:
    policy = load(written(tmp_path, GOOD))

    assert (policy.id, policy.version) == ("network", "7")
    assert policy["dose.iv.hard_mg_per_kg"] == 1.2
    assert policy.days("consent.max_age_d").days == 365
    assert policy.minutes("stay.iv_min").total_seconds() == 5400
    assert policy.protocols["iv-6"] == CourseTemplate(**PROTOCOL)
    assert dict(policy.reference("stay.iv_min").values) == {"stay.iv_min": 90}


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_a_document_that_is_not_whole_is_refused_by_name(tmp_path: Path, document: Any) -> None:
    with pytest.raises(PolicyError, match=r"^policy policy\.json: "):
        load(written(tmp_path, document))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.json").write_bytes(content)

    with pytest.raises(PolicyError):
        load(tmp_path / "policy.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        load(tmp_path / "nothing.json")


def test_every_value_that_the_code_names_is_in_the_networks_policy() -> None:
    families = {key.partition(".")[0] for key in load(NETWORK).values}
    named = re.compile(rf'"((?:{"|".join(families)})\.[a-z0-9_.]+)"')
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for room in ("services", "shared")
        for file in (ROOT / room).rglob("*.py")
    )

    assert set(named.findall(source)) - set(load(NETWORK).values) == set()
