"""The policy document: read whole or refused at start; a clinic may tighten it and nothing else."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.policy import CourseTemplate
from shared.runtime.policy_file import PolicyError, load

ROOT = Path(__file__).parents[3]
NETWORK = ROOT / "deploy" / "policy" / "network.json"
NOT_YET_NAMED = """
    clock.skew_max_min dose.esketamine.elderly_from_age dose.esketamine.start_mg_elderly
    comparison.completeness_min_percent home_dosing relapse.consecutive
    remission.phq9_below rems.due_d rems.warn_d sae.escalate_h therapy.follow_up_d
"""
"""Values that no rule uses yet (clinical reference 7.5). This list can only become shorter."""
ROUTES = ("iv", "im", "sl", "esketamine")
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
SCHEDULE: dict[str, Any] = {
    "vitals_min": [0, 40],
    "then_every_min": 15,
    "cadss_min": [40],
    "mandatory_min": [40],
    "source": "3.2",
}
CONSENTS: list[Any] = [
    {"version": "1", "route": route, "indication": "any", "effective_from": "2026-01-01"}
    for route in ROUTES
]
HOLD, STOP = "bp.predose_hold_systolic", "spo2.stop_below"


def term(value: Any, tighter: str = "lower", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "d", "tighter": tighter, "source": "INT-6"} | more


VALUES: dict[str, Any] = {
    "consent.max_age_d": term(365),
    "dose.iv.hard_mg_per_kg": term(1.2),
    "stay.iv_min": term(90, "higher"),
    "cells.min": term(11, "fixed"),
    HOLD: term(160),
    "bp.predose_review_systolic": term(140),
}


def clinic(**values: Any) -> dict[str, Any]:
    """A clinic's own values, with `__` for the dot."""
    return {
        "version": "2",
        "effective_from": "2026-06-01",
        "approved_by": "medical-director",
        "values": {key.replace("__", "."): value for key, value in values.items()},
    }


def staff(*roles: str) -> dict[str, Any]:
    """Per route: the first role, and one of the others."""
    return {route: [roles[:1], roles] for route in ROUTES}


GOOD: dict[str, Any] = {
    "id": "network",
    "version": "7",
    "effective_from": "2026-01-01",
    "approved_by": "medical-director",
    "values": VALUES,
    "clinics": {"harbor": clinic(bp__predose_hold_systolic=150, stay__iv_min=100)},
    "sources": {"staffing": "3.6"},
    "protocols": [PROTOCOL],
    "schedules": dict.fromkeys(ROUTES, SCHEDULE),
    "consents": CONSENTS,
    "staffing": staff("prescriber", "nurse"),
    "resources": {kind: [["room"]] for kind in ("preparation", "dosing", "integration")},
    "certificates": {"nurse": ["acls"]},
    "drugs": {"maoi": {"level": "monitor-pressure", "words": "Measure.", "source": "2.4"}},
    "antidepressants": {"sertraline": {"drug_class": "ssri", "min_mg": 50}},
    "measures": {"gad-7": {"rules": "gad-7/states/1", "sd": 4.5, "r": 0.92, "source": "1.2"}},
    "regions": {"riverside": "us"},
}


def with_value(value: Any) -> dict[str, Any]:
    return GOOD | {"values": VALUES | {"consent.max_age_d": value}}


def with_clinic(**values: Any) -> dict[str, Any]:
    return GOOD | {"clinics": {"harbor": clinic(**values)}}


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([GOOD], "policy"),
    "nothing": (None, "policy"),
    **{
        f"no {name}": ({key: each for key, each in GOOD.items() if key != name}, f"policy.{name}")
        for name in GOOD
    },
    "an unknown member": (GOOD | {"colour": "red"}, "colour"),
    "another approver": (GOOD | {"approved_by": "coordinator"}, "approved by coordinator"),
    "no date": (GOOD | {"effective_from": "soon"}, "policy.effective_from"),
    "values as a list": (GOOD | {"values": ["consent.max_age_d"]}, "policy.values"),
    "a value without a source": (with_value({"value": 1, "unit": "d", "tighter": "lower"}), "sour"),
    "an empty source": (with_value(term(1, source=" ")), "not a text"),
    "an unknown direction": (with_value(term(1, "sideways")), "sideways"),
    "a bare number": (with_value(365), "consent.max_age_d"),
    "a value as text": (with_value(term("365")), "'365' is not a number"),
    "a value as true": (with_value(term(True)), "True is not a number"),
    "a value below 0": (with_value(term(-1)), "-1 is not a number from 0"),
    "NaN, with which no rule would ever fire": (with_value(term(float("nan"))), "nan is not"),
    "infinity": (with_value(term(float("inf"))), "inf is not"),
    "a protocol without a field": (GOOD | {"protocols": [{"code": "iv-6"}]}, "doses"),
    "a protocol with an unknown field": (GOOD | {"protocols": [PROTOCOL | {"co": 1}]}, "co"),
    "a protocol of text doses": (GOOD | {"protocols": [PROTOCOL | {"doses": "6"}]}, "doses"),
    "a fraction of a dose": (GOOD | {"protocols": [PROTOCOL | {"doses": 6.5}]}, "6.5 is not"),
    "a protocol as text": (GOOD | {"protocols": ["iv-6"]}, "policy.protocols[0]"),
    "two protocols of one code": (GOOD | {"protocols": [PROTOCOL] * 2}, "the same code"),
    "a route without a schedule": (GOOD | {"schedules": {"iv": SCHEDULE}}, "schedules must have"),
    "a schedule of fractions": (
        GOOD | {"schedules": dict.fromkeys(ROUTES, SCHEDULE | {"vitals_min": [0.5]})},
        "vitals_min[0]",
    ),
    "a mandatory point that is not measured": (
        GOOD | {"schedules": dict.fromkeys(ROUTES, SCHEDULE | {"mandatory_min": [41]})},
        "iv has 41",
    ),
    "a route without staff": (GOOD | {"staffing": {}}, "staffing must have"),
    "a session without resources": (GOOD | {"resources": {}}, "resources must have"),
    "certificates of nobody": (GOOD | {"certificates": {"porter": ["acls"]}}, "porter"),
    "an unknown role": (GOOD | {"staffing": staff("porter")}, "porter"),
    "a route without a consent": (GOOD | {"consents": CONSENTS[1:]}, "every route needs a consent"),
    "a consent of an unknown indication": (
        GOOD | {"consents": [*CONSENTS, CONSENTS[0] | {"indication": "tinnitus"}]},
        "tinnitus",
    ),
    "a drug class of an unknown level": (
        GOOD | {"drugs": {"maoi": {"level": "forbidden", "words": "No.", "source": "2.4"}}},
        "forbidden",
    ),
    "a dose as text": (
        GOOD | {"antidepressants": {"sertraline": {"drug_class": "ssri", "min_mg": "50"}}},
        "min_mg",
    ),
    "an upper bound that a clinic raises": (
        with_clinic(bp__predose_hold_systolic=170),
        f"clinic harbor loosens {HOLD} to 170: the network has 160, tighter is lower",
    ),
    "a lower bound that a clinic lowers": (
        with_clinic(stay__iv_min=89),
        "clinic harbor loosens stay.iv_min to 89: the network has 90, tighter is higher",
    ),
    "a fixed value that a clinic changes": (
        with_clinic(cells__min=20),
        "clinic harbor sets cells.min to 20: the network's 11 is fixed",
    ),
    "a value that the network does not have": (
        with_clinic(moon__phase=1),
        "clinic harbor sets moon.phase to 1, which the network does not have",
    ),
    "a clinic's own approver": (
        GOOD | {"clinics": {"harbor": clinic() | {"approved_by": "nurse"}}},
        "clinic harbor is approved by nurse",
    ),
    "a clinic's version with a space": (
        GOOD | {"clinics": {"harbor": clinic() | {"version": "1 b"}}},
        "make no identifier",
    ),
    "a hold that a clinic sets below the review": (
        with_clinic(bp__predose_hold_systolic=130),
        f"clinic harbor has bp.predose_review_systolic 140 above {HOLD} 130",
    ),
}


def written(path: Path, document: Any) -> Path:
    file = path / "policy.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_whole_document_is_read_with_its_units(tmp_path: Path) -> None:
    policy = load(written(tmp_path, GOOD))

    assert (policy.id, policy.version, policy.approved_by) == ("network", "7", "medical-director")
    assert policy["dose.iv.hard_mg_per_kg"] == 1.2
    assert policy.days("consent.max_age_d").days == 365
    assert policy.minutes("stay.iv_min").total_seconds() == 5400
    assert policy.protocols["iv-6"] == CourseTemplate(**PROTOCOL)
    assert dict(policy.reference("stay.iv_min").values) == {"stay.iv_min": 90}
    assert (policy.meta("stay.iv_min").tighter, policy.meta("stay.iv_min").source) == (
        "higher",
        "INT-6",
    )


def test_its_tables_are_typed(tmp_path: Path) -> None:
    policy = load(written(tmp_path, GOOD))

    assert policy.schedules["iv"].vitals_min == (0, 40)
    assert policy.consents[0].effective_from == date(2026, 1, 1)
    assert policy.staffing["sl"] == (("prescriber",), ("prescriber", "nurse"))
    assert policy.drugs["maoi"].level == "monitor-pressure"
    assert policy.antidepressants["sertraline"].min_mg == 50


def test_a_clinic_has_the_networks_policy_with_what_it_tightened(tmp_path: Path) -> None:
    policy = load(written(tmp_path, GOOD))
    harbor = policy.of("harbor")

    assert (harbor.version, harbor.effective_from) == ("7.harbor-2", date(2026, 6, 1))
    assert dict(harbor.values) == {**policy.values, HOLD: 150, "stay.iv_min": 100}
    assert harbor.reference(HOLD).values == {HOLD: 150}
    assert harbor.meta(HOLD).value == policy[HOLD] == 160
    assert harbor.of("harbor") is harbor


def test_a_clinic_without_values_of_its_own_has_the_networks(tmp_path: Path) -> None:
    policy = load(written(tmp_path, GOOD))

    assert policy.of("riverside") is policy


def test_a_clinic_may_repeat_the_networks_value(tmp_path: Path) -> None:
    same = with_clinic(bp__predose_hold_systolic=160, stay__iv_min=90)

    assert load(written(tmp_path, same)).of("harbor")[HOLD] == 160


@pytest.mark.parametrize(("document", "words"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_is_not_whole_or_is_loosened_is_refused_and_says_where(
    tmp_path: Path, document: Any, words: str
) -> None:
    with pytest.raises(PolicyError, match=r"^policy policy\.json: ") as refusal:
        load(written(tmp_path, document))

    assert words in str(refusal.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    odd = with_clinic(cells__min=5, stay__iv_min=10, moon__phase=1) | {"approved_by": "nurse"}

    with pytest.raises(PolicyError) as refusal:
        load(written(tmp_path, odd))

    assert len(str(refusal.value).split("; ")) == 4


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.json").write_bytes(content)

    with pytest.raises(PolicyError):
        load(tmp_path / "policy.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        load(tmp_path / "nothing.json")


def source_code() -> str:
    """All of it but the loader, which puts pairs of values in order and decides nothing."""
    files = (file for room in ("services", "shared") for file in (ROOT / room).rglob("*.py"))
    return "\n".join(
        file.read_text(encoding="utf-8") for file in files if file.name != "policy_file.py"
    )


def is_named(key: str, code: str) -> bool:
    """As a literal, or with the route filled in: `f"stay.{route}_min"`."""
    family, _, rest = key.partition(".")
    by_route = re.sub(rf"^({'|'.join(ROUTES)})(?=[._])", "{}", rest)
    pattern = re.escape(f"{family}.{by_route}").replace(r"\{\}", r"\{[a-z_.]+\}")
    return f'"{key}"' in code or bool("{}" in by_route and re.search(f'f"{pattern}"', code))


def test_every_value_that_the_code_names_is_in_the_networks_policy() -> None:
    families = {re.escape(key.partition(".")[0]) for key in load(NETWORK).values}
    named = re.compile(rf'"((?:{"|".join(families)})\.[a-z0-9_.-]+)"')
    code = source_code() + (ROOT / "shared/runtime/policy_file.py").read_text(encoding="utf-8")

    assert set(named.findall(code)) - set(load(NETWORK).values) == set()


def test_every_value_of_the_networks_policy_is_named_in_the_code_or_listed_as_not_yet() -> None:
    policy, code, waiting = load(NETWORK), source_code(), set(NOT_YET_NAMED.split())
    unnamed = {key for key in policy.values if not is_named(key, code)}

    assert waiting <= set(policy.values)
    assert unnamed - waiting == set()


def test_the_network_has_a_clinic_that_is_stricter() -> None:
    policy = load(NETWORK)

    assert policy.of("harbor")[HOLD] < policy[HOLD]
