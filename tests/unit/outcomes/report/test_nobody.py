"""A network of the first day: nobody was treated yet, and every report says so with no rows."""

from collections.abc import Callable
from typing import Any

import pytest

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.pictures.specs.strengths import strengths
from services.outcomes.analytics.report.comparison import By, comparison_report
from services.outcomes.analytics.report.dose_axis import dose_axis_report
from services.outcomes.analytics.report.integration import integration_report
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.survival import Asked, survival_report
from tests.kit.analytics import a_patient, a_result, frames_of
from tests.kit.outcomes import POLICY

NOBODY = frames_of([])
UNTREATED = frames_of(
    [
        a_patient(doses=0, first_dose_on=None, last_dose_on=None),
        a_result(after_dose=0, study_day=None, window=None),
    ]
)
REPORTS: list[Callable[[Frames], Any]] = [
    lambda frames: network_report(frames, (), POLICY),
    lambda frames: network_report(frames, ("clinic", "indication"), POLICY, "phq-9"),
    lambda frames: dose_axis_report(frames, (), POLICY),
    lambda frames: survival_report(frames, Asked("durability"), (), POLICY),
    lambda frames: survival_report(frames, Asked("response"), ("route",), POLICY),
    lambda frames: comparison_report(frames, By("response", "end", "phq-9"), POLICY),
]


@pytest.mark.parametrize("frames", [NOBODY, UNTREATED], ids=["nobody", "nobody treated"])
@pytest.mark.parametrize("report", REPORTS)
def test_where_nobody_was_treated_a_report_has_no_rows(
    report: Callable[[Frames], Any], frames: Frames
) -> None:
    counted = [each for each in report(frames).items if getattr(each, "patients", 0)]

    assert counted == []


def test_integration_of_nobody_counts_nobody() -> None:
    rows = integration_report(NOBODY, POLICY, "phq-9").items

    assert [each.patients.value or 0 for each in rows] == [0] * len(rows)


def test_a_picture_of_nobody_says_that_there_is_nothing_yet() -> None:
    assert "Nothing" in str(strengths(network_report(NOBODY, (), POLICY, "phq-9")))
