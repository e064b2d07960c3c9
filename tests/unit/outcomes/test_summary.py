"""One patient in a few numbers."""

from services.outcomes.application.documents import SUMMARIES
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import RecordAnswers
from services.outcomes.domain.summary import LastResult, Summary, summarise
from shared.contracts.site import Indication
from tests.kit.outcomes import POLICY, a_trajectory, answered, on_day, pcl_answers, phq

THREE_DOSES = [on_day(0, 15), on_day(7, 15), on_day(14, 15)]


def _summary(
    *given: RecordAnswers, indication: Indication = "treatment-resistant-depression"
) -> Summary:
    trajectory = a_trajectory(indication, doses=THREE_DOSES, answered=given)
    return summarise(trajectory, results(trajectory, POLICY), POLICY)


def test_a_response_that_was_lost_stays_the_best_state_beside_the_last_score() -> None:
    summary = _summary(phq(20, on_day(-1)), phq(4, on_day(6)), phq(18, on_day(20)))

    assert (summary.responded, summary.remitted) == (True, True)
    assert summary.last == LastResult(after_dose=3, score=18)


def test_without_a_baseline_response_is_unknown_and_remission_counts() -> None:
    summary = _summary(phq(4, on_day(6)))

    assert (summary.baseline, summary.responded, summary.remitted) == (None, None, True)


def test_before_any_score_after_a_dose_nothing_is_known() -> None:
    summary = _summary(phq(3, on_day(-1)))

    assert (summary.last, summary.responded, summary.remitted) == (None, None, None)
    assert summary.baseline == 3


def test_ptsd_is_judged_by_the_pcl_5() -> None:
    summary = _summary(
        answered(pcl_answers(60), on_day(-2), "pcl-5"),
        phq(20, on_day(-1)),
        answered(pcl_answers(30), on_day(5), "pcl-5"),
        phq(15, on_day(6)),
        indication="ptsd",
    )

    assert (summary.instrument, summary.baseline, summary.responded) == ("pcl-5", 60, True)
    assert summary.remitted is None


def test_a_summary_that_was_stored_with_fields_of_before_is_read() -> None:
    summary = _summary(phq(20, on_day(-1)), phq(8, on_day(6)))
    state = SUMMARIES.state(summary)
    last = state["last"] | {"study_day": 6, "change": -12.0, "response": True, "remission": False}
    before = {"sessions_to_response": 1, "changes": [{"after_dose": 1, "change": -12.0}]}

    assert SUMMARIES.aggregate({"state": {**state, **before, "last": last}}) == summary


def test_it_names_the_policy_it_was_made_under() -> None:
    assert _summary().policy == POLICY.reference("baseline.window_d", "response.min_percent")
