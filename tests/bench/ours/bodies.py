"""Events as sites post them, encoded before any clock starts.

Per new patient one referral; per patient on file the four questionnaires of one visit.
"""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.codec import strict_json
from shared.contracts import site
from shared.contracts.instruments import C_SSRS, GAD_7, INSTRUMENTS, PCL_5, PHQ_9
from tests.kit.toy import REFERRAL

_REFERRAL = {**REFERRAL, "referrer": "Practice of general medicine, department of psychiatry"}
_VISIT = (PHQ_9.code, GAD_7.code, PCL_5.code, C_SSRS.code)
_RANDOM = random.Random(1)  # noqa: S311 - the same answers in every run


@dataclass(frozen=True, slots=True)
class Body:
    """What one POST carries, and the journal ids that its events will have."""

    content: bytes
    journal_ids: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class CloudEvent:
    content: dict[str, Any]

    @property
    def journal_id(self) -> str:
        return f"{self.content['id']}|{self.content['source']}|site"


class Visits:
    """Patients on file by site, each used for one visit; a referral puts a new one on file."""

    def __init__(self) -> None:
        self._on_file: defaultdict[str, list[str]] = defaultdict(list)

    def referrals(self, source: str, count: int) -> list[CloudEvent]:
        """New patients, who count as on file from the next call on."""
        patients = [str(uuid4()) for _ in range(count)]
        self._on_file[source] += patients
        return [referral(source, each) for each in patients]

    def mixed(self, source: str, count: int) -> list[CloudEvent]:
        """`count` events: of each five, four questionnaires of one patient and one referral."""
        events: list[CloudEvent] = []
        for _ in range(count // 5):
            patient = self._on_file[source].pop()
            events += [questionnaire(source, patient, code) for code in _VISIT]
            events.append(referral(source, str(uuid4())))
        return events


def referral(source: str, patient: str) -> CloudEvent:
    """Of somebody who is like nobody else: duplicates are not what is measured."""
    own = {"given_name": "Given", "family_name": f"Family-{patient[:13]}"}
    return cloud_event(site.ReferralReceived, source, patient, {**_REFERRAL, **own})


def questionnaire(source: str, patient: str, code: str) -> CloudEvent:
    data = {"instrument": code, "answers": answers(code)}
    return cloud_event(site.ScreeningAnswered, source, patient, data)


def assessment(source: str, patient: str) -> CloudEvent:
    data = {"instrument": "phq-9", "answers": [*answers("phq-9")[:8], 0]}
    return cloud_event(site.AssessmentAnswered, source, patient, data)


def answers(code: str) -> list[int]:
    """A C-SSRS without risk: holds are not what is measured."""
    instrument = INSTRUMENTS[code]
    if code == C_SSRS.code:
        return [0] * instrument.items
    return [_RANDOM.randint(0, instrument.item_max) for _ in range(instrument.items)]


def cloud_event(kind: type[Any], source: str, patient: str, data: dict[str, Any]) -> CloudEvent:
    """With every attribute that a careful site sends, but unnumbered: many clients share a site."""
    event_id = str(uuid4())
    return CloudEvent(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": kind.type,
            "subject": patient,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{kind.type}",
            "correlationid": event_id,
            "traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-01",
            "data": data,
        }
    )


def one_each(events: list[CloudEvent]) -> list[Body]:
    return [Body(strict_json.dumps(each.content), (each.journal_id,), 1) for each in events]


def batched(events: list[CloudEvent]) -> Body:
    texts = [strict_json.dumps(each.content) for each in events]
    ids = tuple(each.journal_id for each in events)
    return Body(b"[" + b",".join(texts) + b"]", ids, len(events))
