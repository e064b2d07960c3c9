"""The use cases on the memory store: posted and heard events, what they leave and emit."""

import json
import re
from typing import Any

import pytest

from shared.codec import schema
from shared.contracts import site
from shared.contracts.outcomes import (
    AssessmentScored,
    OutcomeResult,
    PatientFollowed,
    PatientResult,
    ProgressJudged,
    RiskRaised,
    StreamSealed,
    SubjectWithdrawn,
)
from shared.contracts.topics import ASSESSMENT, TOPIC_OF
from shared.storage.steps import Step
from tests.kit.outcomes import (
    CLINIC,
    DAY_0,
    PATIENT,
    ROUTES,
    Outcomes,
    answers,
    assessed,
    consent_withdrawn,
    consented,
    course_opened,
    cssrs_answers,
    dosed,
    gad_answers,
    hold_lifted,
    last_revisions,
    on_day,
    registered,
    screened,
)


def _a_course() -> list[Step]:
    """A registered patient who consented, was screened at 20, dosed, and then scored 9."""
    return [
        registered(),
        consented(on_day(-10)),
        screened(20, on_day(-3), item_9=1),
        course_opened(on_day(-2)),
        dosed(1, DAY_0),
        assessed(answers(9), on_day(5)),
    ]


def test_an_assessment_is_scored_and_announced_under_the_patient() -> None:
    outcomes = Outcomes()

    verdicts = outcomes.take(registered(), assessed(answers(14), on_day(5), total=14))

    assert [each.verdict for each in verdicts] == ["accepted", "accepted"]
    (scored,) = outcomes.said(AssessmentScored)
    assert (scored["instrument"], scored["total"], scored["complete"]) == ("phq-9", 14, True)
    assert {record.key for record in outcomes.records()} == {PATIENT.encode()}


def test_an_assessment_of_a_patient_not_yet_heard_of_waits() -> None:
    outcomes = Outcomes()

    early = outcomes.take(assessed(answers(14)))
    outcomes.take(registered())

    assert [each.verdict for each in early] == ["deferred"]
    assert len(outcomes.trajectory().assessments) == 1


@pytest.mark.parametrize("fact", [dosed(1, DAY_0), course_opened(), consented(), screened(20)])
def test_every_fact_of_a_patient_not_yet_heard_of_waits(fact: Step) -> None:
    assert [each.verdict for each in Outcomes().take(fact)] == ["deferred"]


def test_answers_that_are_not_of_the_instrument_are_invalid() -> None:
    outcomes = Outcomes()

    *_, short, beyond = outcomes.take(
        registered(), assessed((1, 2, 3)), assessed((4, *answers(3)[1:]))
    )

    assert (short.verdict, short.path) == ("invalid", "/data/answers")
    assert short.reason == "phq-9 has 9 items, 3 were given"
    assert beyond.reason == "item 1 is 4, the range is 0 to 3"
    assert outcomes.trajectory().assessments == ()


def test_a_wrong_total_is_refused_and_nothing_is_kept() -> None:
    outcomes = Outcomes()

    _, verdict = outcomes.take(registered(), assessed(answers(14), total=13))

    assert (verdict.verdict, verdict.code) == ("rejected", "total-mismatch")
    assert outcomes.trajectory().assessments == ()


def test_a_risk_answer_raises_its_alert_in_the_same_step_as_its_score() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), assessed(cssrs_answers(1, 2, 4), on_day(5), "c-ssrs-screener"))

    (raised,) = outcomes.said(RiskRaised)
    (alert,) = outcomes.alerts()
    (scored,) = outcomes.said(AssessmentScored)
    assert (raised["rule"], raised["level"]) == ("c-ssrs-high", "high")
    assert raised["assessment_id"] == scored["assessment_id"] == alert.assessment_id


def test_a_rise_over_the_screening_raises_an_alert_even_if_the_screening_comes_late() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), assessed(answers(9, item_9=1), on_day(5)))
    assert outcomes.said(RiskRaised) == []
    outcomes.take(screened(20, on_day(-3), item_9=0))

    assert [each["rule"] for each in outcomes.said(RiskRaised)] == ["phq-9-item-9"]
    assert len(outcomes.alerts()) == 1


def test_an_alert_is_raised_once() -> None:
    outcomes = Outcomes()

    outcomes.take(
        registered(),
        assessed(answers(9, item_9=2), on_day(5)),
        screened(20, on_day(-3), item_9=0),
        screened(20, on_day(-2), item_9=0),
    )

    assert len(outcomes.said(RiskRaised)) == 1


def test_what_was_screened_is_an_assessment_that_intake_has_announced() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), screened(20, on_day(-3), item_9=3))

    (assessment,) = outcomes.trajectory().assessments
    assert (assessment.total, assessment.origin) == (20, "screening")
    assert not [each for each in outcomes.records() if each.topic == ASSESSMENT.name]


def test_alerts_are_closed_when_a_psychiatrist_has_seen_the_patient() -> None:
    outcomes = Outcomes()
    before = assessed(answers(9, item_9=2), on_day(5))
    after = assessed(answers(9, item_9=3), on_day(9))

    outcomes.take(registered(), before, after, hold_lifted(on_day(7)))

    assert sorted(each.status for each in outcomes.alerts()) == ["active", "inactive"]


def test_two_sites_may_give_their_events_the_same_id() -> None:
    outcomes = Outcomes()
    outcomes.take(
        registered(),
        assessed(answers(9), on_day(5), event_id="1", site="main"),
        assessed(answers(8), on_day(6), event_id="1", site="annex"),
    )

    assert [each.total for each in outcomes.trajectory().assessments] == [9, 8]


def test_nothing_is_published_without_consent_to_the_stream() -> None:
    outcomes = Outcomes()

    outcomes.take(
        registered(), consented(analysts_stream=False), *_a_course()[2:], screened(20, on_day(-1))
    )

    assert outcomes.on_the_stream() == []
    assert outcomes.subjects() == []


def test_with_consent_every_result_is_published_also_the_earlier_ones() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), screened(20, on_day(-3)), consented(on_day(-1)))

    (result,) = outcomes.said(OutcomeResult)
    assert (result["after_dose"], result["study_day"], result["score"]) == (0, None, 20)
    assert (result["subject_token"], result["revision"]) == ("token-1", 0)


def test_the_first_dose_makes_a_new_revision_of_what_was_before_it() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course())

    baseline, last = last_revisions(outcomes.said(OutcomeResult)).values()
    assert (baseline["study_day"], baseline["after_dose"]) == (-3, 0)
    assert baseline["revision"] == 1  # the dose; the route is not told of so few
    assert (last["study_day"], last["after_dose"], last["change"]) == (5, 1, -11)
    assert (last["percent_change"], last["response"], last["remission"]) == (-55.0, True, False)
    assert (last["suicidal_item"], last["suicidal_item_change"]) == (0, -1)


def test_an_incomplete_assessment_and_a_screener_are_published_without_a_score() -> None:
    outcomes = Outcomes()

    outcomes.take(
        *_a_course()[:5],
        assessed((1, 1, 1, None, None, None, 1, 1, 1), on_day(5)),
        assessed(cssrs_answers(1, 2), on_day(5), "c-ssrs-screener"),
    )

    incomplete, screener = list(last_revisions(outcomes.said(OutcomeResult)).values())[1:]
    assert (incomplete["score"], incomplete["response"], incomplete["suicidal_item"]) == (
        None,
        None,
        1,
    )
    assert (screener["score"], screener["suicidal_item"]) == (None, 2)


def test_a_late_assessment_revises_the_results_it_changes_and_no_other() -> None:
    outcomes = Outcomes()
    outcomes.take(*_a_course())
    before = last_revisions(outcomes.said(OutcomeResult))

    outcomes.take(screened(16, on_day(-1)))

    after = last_revisions(outcomes.said(OutcomeResult))
    raised = {key: after[key]["revision"] - before[key]["revision"] for key in before}
    assert raised == {"token-1-1": 1, "token-1-2": 1}
    assert after["token-1-2"]["baseline"] == 16


def test_a_withdrawal_is_published_once_and_nothing_after_it() -> None:
    outcomes = Outcomes()
    outcomes.take(*_a_course(), consent_withdrawn(on_day(6)))
    published = len(outcomes.on_the_stream())

    outcomes.take(consent_withdrawn(on_day(7)), assessed(answers(5), on_day(9)))

    assert outcomes.said(SubjectWithdrawn) == [{"subject_token": "token-1"}]
    assert len(outcomes.on_the_stream()) == published
    assert outcomes.trajectory().stream is None
    assert [each.results for each in outcomes.subjects()] == [()]


def test_consent_without_the_stream_withdraws_from_it_too() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course(), consented(on_day(6), analysts_stream=False))

    assert outcomes.said(SubjectWithdrawn) == [{"subject_token": "token-1"}]


def test_a_new_consent_gets_a_new_token() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course(), consent_withdrawn(on_day(6)), consented(on_day(8)))

    tokens = [each["subject_token"] for each in outcomes.said(OutcomeResult)]
    assert tokens[-2:] == ["token-2", "token-2"]
    link = outcomes.trajectory().stream
    assert link
    assert (link.token, link.since) == ("token-2", on_day(8))


def test_a_withdrawal_heard_late_ends_what_was_published_before_it() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course(), consented(on_day(8)), consent_withdrawn(on_day(6)))

    assert outcomes.said(SubjectWithdrawn) == [{"subject_token": "token-1"}]
    link = outcomes.trajectory().stream
    assert link
    assert (link.token, link.since) == ("token-2", on_day(8))


def test_a_consent_heard_after_its_withdrawal_opens_nothing() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), consent_withdrawn(on_day(6)), consented(on_day(-10)))

    assert outcomes.on_the_stream() == []


def test_a_token_is_never_told_to_a_site() -> None:
    outcomes = Outcomes()

    verdicts = outcomes.take(*_a_course())

    told = [each for each in verdicts[-1].created if "stream_subjects" in each]
    assert told == []


def test_no_stream_event_holds_a_patient_id_a_clinic_or_a_date() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course(), consent_withdrawn(on_day(6)))

    inside = {each.id for each in outcomes.trajectory().assessments}
    for record in outcomes.on_the_stream():
        text = repr((record.key, record.value, record.headers))
        assert not [each for each in (PATIENT, CLINIC, "encounter-", *inside) if each in text]
        assert not re.search(r"20\d\d-\d\d", text)
        assert {name for name, _ in record.headers}.isdisjoint(
            {"ce_time", "ce_clinic", "ce_correlationid", "ce_causationid", "ce_traceparent"}
        )


def test_every_event_keeps_its_contract() -> None:
    outcomes = Outcomes()

    outcomes.take(
        *_a_course(),
        assessed(cssrs_answers(6, 7), on_day(6), "c-ssrs-screener"),
        assessed(gad_answers(9), on_day(6), "gad-7"),
        consent_withdrawn(on_day(7)),
    )

    emitted: list[type[Any]] = [
        *(AssessmentScored, RiskRaised, ProgressJudged, StreamSealed, SubjectWithdrawn),
        *(PatientResult, PatientFollowed),
    ]
    contracts = {each.type: each for each in emitted}
    for record in outcomes.records():
        kind = dict(record.headers)["ce_type"].decode()
        assert schema.load(contracts[kind], json.loads(record.value or b""), closed=True)


def test_a_batch_is_decided_as_its_events_one_by_one() -> None:
    alone, together = Outcomes(), Outcomes()
    course = _a_course()

    alone.take(*course)
    together.take_at_once(*course)

    assert together.trajectory() == alone.trajectory()
    assert last_revisions(together.said(OutcomeResult)) == last_revisions(alone.said(OutcomeResult))


def test_an_event_posted_twice_takes_effect_once() -> None:
    outcomes = Outcomes()
    again = assessed(answers(9, item_9=2), on_day(5))

    _, _, second = outcomes.take(registered(), again, again)

    assert second.verdict == "duplicate"
    assert len(outcomes.said(AssessmentScored)) == 1


def test_only_clinical_roles_may_send_assessments() -> None:
    route = ROUTES[site.AssessmentAnswered.type]

    assert route.roles == {"nurse", "therapist", "prescriber", "coordinator"}
    assert all(not each.roles for kind, each in ROUTES.items() if kind in TOPIC_OF)


def test_events_of_another_clinic_touch_nothing_here() -> None:
    outcomes = Outcomes()

    outcomes.take(*_a_course(), dosed(2, on_day(1), clinic="harbor"))

    assert len(outcomes.trajectory().doses) == 1
