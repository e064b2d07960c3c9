"""What is published under a token, and what is erased with it."""

from services.outcomes.domain.axis.results import Result, results
from services.outcomes.domain.commands import RecordAnswers
from services.outcomes.domain.stream.classes import Tellable
from services.outcomes.domain.stream.publishing import StreamSubject, publish, withdraw
from shared.contracts.outcomes import SubjectWithdrawn
from tests.kit.outcomes import DAY_0, POLICY, a_trajectory, on_day, phq

TOKEN = "token-1"
MAY = Tellable("ptsd", frozenset({"iv"}))


def _results(*given: RecordAnswers, dosed: bool = True) -> tuple[Result, ...]:
    return results(a_trajectory(doses=[DAY_0] if dosed else [], answered=given), POLICY)


def test_a_result_is_published_once_while_its_content_stays_the_same() -> None:
    axis = _results(phq(20, on_day(-1)))
    subject, first = publish(StreamSubject(TOKEN), MAY, axis)

    again, second = publish(subject, MAY, axis)

    assert [(each.result_id, each.revision) for each in first] == [("token-1-1", 0)]
    assert second == []
    assert again == subject


def test_a_result_that_changed_is_published_as_its_next_revision() -> None:
    given = phq(20, on_day(-1))
    subject, _ = publish(StreamSubject(TOKEN), MAY, _results(given, dosed=False))

    _, news = publish(subject, MAY, _results(given))

    assert [(each.result_id, each.revision, each.study_day) for each in news] == [
        ("token-1-1", 1, -1)
    ]


def test_a_result_that_came_in_between_changes_no_other_ones_id() -> None:
    first, last = phq(20, on_day(-1)), phq(9, on_day(40))
    subject, before = publish(StreamSubject(TOKEN), MAY, _results(first, last))

    _, news = publish(subject, MAY, _results(first, phq(12, on_day(12)), last))

    assert [each.result_id for each in before] == ["token-1-1", "token-1-2"]
    assert [(each.result_id, each.score) for each in news] == [("token-1-3", 12)]


def test_a_withdrawal_leaves_nothing_that_leads_back_to_the_patient() -> None:
    subject, _ = publish(StreamSubject(TOKEN), MAY, _results(phq(20, on_day(-1))))

    erased, event = withdraw(subject)

    assert erased == StreamSubject(TOKEN, withdrawn=True)
    assert event == SubjectWithdrawn(TOKEN)
