"""One patient in a few numbers."""

from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import RecordAnswers
from services.outcomes.domain.summary import ChangeAfter, Summary, summarise
from shared.contracts.site import Indication
from tests.kit.outcomes import POLICY, a_trajectory, answered, on_day, pcl_answers, phq

THREE_DOSES = [on_day(0, 15), on_day(7, 15), on_day(14, 15)]


def _summary(
    *given: RecordAnswers, indication: Indication = "treatment-resistant-depression"
) -> Summary:
    trajectory = a_trajectory(indication, doses=THREE_DOSES, answered=given)
    return summarise(trajectory, results(trajectory, POLICY), POLICY)


def test_it_keeps_the_first_session_after_which_response_was_met() -> None:
    summary = _summary(
        phq(20, on_day(-1)), phq(14, on_day(6)), phq(9, on_day(13)), phq(8, on_day(20))
    )

    assert (summary.responded, summary.sessions_to_response) == (True, 2)
    assert summary.changes == (ChangeAfter(1, -6), ChangeAfter(2, -11), ChangeAfter(3, -12))


def test_a_response_that_was_lost_stays_the_best_state_and_the_last_says_so() -> None:
    summary = _summary(phq(20, on_day(-1)), phq(4, on_day(6)), phq(18, on_day(20)))

    assert (summary.responded, summary.remitted) == (True, True)
    assert summary.last
    assert (summary.last.response, summary.last.remission, summary.last.after_dose) == (
        False,
        False,
        3,
    )


def test_without_a_baseline_response_is_unknown_and_remission_counts() -> None:
    summary = _summary(phq(4, on_day(6)))

    assert (summary.baseline, summary.responded, summary.remitted) == (None, None, True)
    assert summary.changes == ()


def test_before_any_score_after_a_dose_nothing_is_known() -> None:
    summary = _summary(phq(3, on_day(-1)))

    assert (summary.last, summary.responded, summary.remitted) == (None, None, None)
    assert summary.baseline == 3


def test_ptsd_is_judged_by_the_pcl_5_and_suicidal_thoughts_by_the_phq_9() -> None:
    summary = _summary(
        answered(pcl_answers(60), on_day(-2), "pcl-5"),
        phq(20, on_day(-1), item_9=2),
        answered(pcl_answers(30), on_day(5), "pcl-5"),
        phq(15, on_day(6), item_9=1),
        indication="ptsd",
    )

    assert (summary.instrument, summary.baseline, summary.responded) == ("pcl-5", 60, True)
    assert summary.remitted is None
    assert summary.suicidal_item_change == -1


def test_after_a_session_the_last_change_before_the_next_one_counts() -> None:
    summary = _summary(phq(20, on_day(-1)), phq(10, on_day(2)), phq(16, on_day(6)))

    assert summary.changes == (ChangeAfter(1, -4),)


def test_it_names_the_policy_it_was_made_under() -> None:
    assert _summary().policy == POLICY.reference("baseline.window_d", "response.min_percent")
