"""A page of the clinic's patients: intake's status beside what outcomes measures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.console.board.words import spoken, token
from services.console.reading import Answer, Reader
from shared.contracts.topics import INTAKE, OUTCOMES

LIMIT = 50
STATES = {"cleared": "ok", "safety-hold": "bad", "declined": "bad", "revoked": "bad"}
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """`score`: the last one with the baseline before it; `standing`: (state, words), or empty."""

    patient_id: str
    token: str
    indication: str
    status: str
    state: str
    doses: str
    score: str
    standing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Row, ...]
    next: str
    faults: tuple[str, ...]


def listing(reader: Reader, after: str) -> Listing:
    """`after`: percent-encoded. Both services count by the same key, so their pages run along."""
    patients, trajectories = reader.several(
        (
            (INTAKE, f"/v1/patients?limit={LIMIT}&after={after}"),
            (OUTCOMES, f"/v1/trajectories?limit=200&after={after}"),
        )
    )
    followed = {each["patient_id"]: each for each in _items(trajectories)}
    rows = tuple(_row(each, followed.get(each["patient_id"])) for each in _items(patients))
    more = patients.data["next"] if patients.data else ""
    faults = tuple(each.fault for each in (patients, trajectories) if each.fault)
    return Listing(rows, more, faults)


def _items(answer: Answer) -> list[Said]:
    return list(answer.data["items"]) if answer.data else []


def _row(patient: Said, followed: Said | None) -> Row:
    return Row(
        patient["patient_id"],
        token(patient["patient_id"]),
        spoken(patient["indication"]),
        spoken(patient["status"]),
        STATES.get(patient["status"], "unknown"),
        str(followed["doses"]) if followed else "–",
        _score(followed) if followed else "–",
        tuple(_standing(followed)) if followed else (),
    )


def _score(said: Said) -> str:
    last, baseline = said["last_score"], said["baseline"]
    if last is None:
        return "–" if baseline is None else f"{said['instrument'].upper()} {baseline:g}"
    before = f"{baseline:g} → " if baseline is not None else ""
    return f"{said['instrument'].upper()} {before}{last:g}"


def _standing(said: Said) -> Iterator[tuple[str, str]]:
    if said["off_track"]:
        yield "warn", "off track"
    if said["remitted"]:
        yield "ok", "remission"
    elif said["responded"]:
        yield "ok", "response"
