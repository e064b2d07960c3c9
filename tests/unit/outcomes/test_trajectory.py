"""The sets of facts, and the consent to the analysts' stream that follows from them."""

from datetime import datetime

import pytest

from services.outcomes.domain.commands import RecordDose, RecordStreamConsent
from services.outcomes.domain.trajectory import consenting_since, with_consent, with_dose
from tests.kit.outcomes import DAY_0, PATIENT, a_trajectory, consent, on_day


def test_a_dose_given_in_two_parts_is_one_dose_at_the_time_of_its_first_part() -> None:
    second = RecordDose("d2", on_day(0, 16), PATIENT, "encounter-1", 1)

    trajectory = with_dose(second, a_trajectory(doses=[DAY_0]))

    assert [each.at for each in trajectory.doses] == [DAY_0]


@pytest.mark.parametrize(
    ("consents", "since"),
    [
        ([], None),
        ([consent(on_day(0))], on_day(0)),
        ([consent(on_day(0)), consent(on_day(5))], on_day(0)),
        ([consent(on_day(0)), consent(on_day(5), granted=False)], None),
        ([consent(on_day(5), granted=False), consent(on_day(0))], None),
        (
            [consent(on_day(9)), consent(on_day(5), granted=False), consent(on_day(0))],
            on_day(9),
        ),
        ([consent(on_day(0), granted=False), consent(on_day(0))], None),  # a tie is a refusal
    ],
)
def test_consent_to_the_stream_stands_since_the_last_refusal(
    consents: list[RecordStreamConsent], since: datetime | None
) -> None:
    trajectory = a_trajectory()

    for each in consents:
        trajectory = with_consent(each, trajectory)

    assert consenting_since(trajectory) == since
