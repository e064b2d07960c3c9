"""What a busy site says while it is offline for two days: drafts as `kap site post` reads them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shared.client.events import SERVICE_OF
from shared.contracts import site
from tests.chaos.site.checker import Said
from tests.kit.toy import REFERRAL

OFFLINE = timedelta(days=2)
BETWEEN = timedelta(seconds=20)
NEW_EVERY, REFUSED_EVERY = 12, 40
Draft = dict[str, Any]


@dataclass
class Site:
    """`prefix` keeps ids apart from other runs. `said` is the truth, in the order of the posts.

    `patients` are those that every service knows; new ones are known to intake alone.
    """

    prefix: str
    dice: Random
    said: list[Said] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)
    _newcomers: list[str] = field(default_factory=list)
    _began: datetime = field(default_factory=lambda: datetime.now(UTC) - OFFLINE)

    def refer(self, number: int) -> list[Draft]:
        """Patients of before the outage."""
        self.patients = [f"{self.prefix}-known-{n}" for n in range(number)]
        return [self._referral(each) for each in self.patients]

    def day(self, events: int) -> list[Draft]:
        """So many events of many patients: answers, readings, referrals, a few with mistakes."""
        return [self._next(len(self.said)) for _ in range(events)]

    def _next(self, number: int) -> Draft:
        if number % NEW_EVERY == 0:
            patient = f"{self.prefix}-new-{number}"
            self._newcomers.append(patient)
            return self._referral(patient)
        known = self.dice.choice(self.patients)
        wrong = number % REFUSED_EVERY == 1
        if wrong or self.dice.random() < 0.2:
            return self._answers(site.ScreeningAnswered, known, wrong)
        if self.dice.random() < 0.3:
            return self._answers(site.AssessmentAnswered, known)
        return self._vital_signs(self.dice.choice([known, *self._newcomers[-5:]]))

    def _referral(self, patient: str) -> Draft:
        own = {"family_name": f"Family-{patient}", "given_name": f"Given-{patient}"}
        return self._draft(site.ReferralReceived, patient, REFERRAL | own)

    def _answers(self, kind: type[Any], patient: str, wrong: bool = False) -> Draft:
        """A wrong one says a total that its answers do not have: it is refused."""
        answers = [self.dice.randint(0, 3) for _ in range(9)]
        total = {"total": sum(answers) + 1} if wrong else {}
        data = {"instrument": "phq-9", "answers": answers, **total}
        return self._draft(kind, patient, data, refused=wrong)

    def _vital_signs(self, patient: str) -> Draft:
        pressure = self.dice.randint(110, 140)
        data = {"systolic": pressure, "diastolic": pressure - 45, "heart_rate": 70}
        return self._draft(site.VitalSignsTaken, patient, data)

    def _draft(self, kind: type[Any], patient: str, data: Draft, *, refused: bool = False) -> Draft:
        event_id = f"{self.prefix}-{len(self.said) + 1}"
        at = self._began + BETWEEN * len(self.said)
        self.said.append(Said(event_id, SERVICE_OF[kind.type], patient, refused))
        return {
            "id": event_id,
            "type": kind.type,
            "subject": patient,
            "time": at.isoformat(),
            "data": data,
        }
