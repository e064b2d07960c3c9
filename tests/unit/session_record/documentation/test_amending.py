"""SES-7: what was written stays as it was; a correction follows it, by whom, when and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.session_record.domain.monitoring.ladder import stops
from shared.contracts import site
from shared.storage.steps import Step
from tests.kit.documentation import (
    ANSWERS,
    DOSE,
    GOAL,
    NAUSEA,
    POLICY,
    SAE,
    Clinic,
    a_finished,
    amended,
    an_encounter,
    answered,
    at,
    noted,
    posted,
    reported,
    retracted,
    signed,
    told,
)

SIGNED = (noted(), told(event_id="therapy-1", themes=("grief",)), signed())


def test_ses_7_an_amendment_keeps_the_original_and_stands_in_its_place() -> None:
    clinic = Clinic()
    clinic.take(*SIGNED)
    before = clinic.record().entries

    clinic.take(amended("note-1", "amend-1"))

    record = clinic.record()
    assert record.entries[:2] == before
    assert [each.entry_id for each in record.standing()] == ["therapy-1", "amend-1"]
    [amendment] = record.amendments
    assert (amendment.entry, amendment.by, amendment.at) == ("note-1", "amend-1", at(200))
    assert (amendment.author, amendment.reason) == ("nurse-1", "the time was wrong")


def test_ses_7_what_was_entered_in_error_is_kept_and_counts_no_longer() -> None:
    clinic = Clinic()
    clinic.take(*SIGNED, retracted("note-1", "retract-1"))

    record = clinic.record()

    assert [each.entry_id for each in record.entries] == ["note-1", "therapy-1"]
    assert [each.entry_id for each in record.standing()] == ["therapy-1"]


@pytest.mark.parametrize("before_signing", [True, False])
def test_ses_7_entries_are_amended_before_signing_and_after(before_signing: bool) -> None:
    clinic = Clinic()
    clinic.take(*(SIGNED[:2] if before_signing else SIGNED))

    assert clinic.codes(amended("note-1", "amend-1"), retracted("therapy-1", "retract-1")) == [
        "",
        "",
    ]


def test_an_entry_is_amended_once_and_the_chain_goes_on_at_its_end() -> None:
    clinic = Clinic()
    clinic.take(noted(), amended("note-1", "amend-1"))

    codes = clinic.codes(
        amended("note-1", "amend-2"),
        retracted("note-1", "retract-1"),
        amended("amend-1", "amend-3"),
        retracted("amend-3", "retract-2"),
        amended("amend-3", "amend-4", minutes=220),
    )

    assert codes == ["already-amended", "already-amended", "", "", "already-retracted"]
    assert clinic.record().standing() == ()
    assert len(clinic.record().entries) == 3


def test_a_refused_amendment_says_which_entry_is_the_newest() -> None:
    clinic = Clinic()
    clinic.take(noted(), amended("note-1", "amend-1"))

    assert "amend-1" in clinic.only(amended("note-1", "amend-2")).reason


@pytest.mark.parametrize(
    "content",
    [
        {"therapy": site.Therapy(themes=("joy",))},
        {"note": site.ChartNote("plan", "x"), "therapy": site.Therapy()},
        {"note": None},
    ],
    ids=["another kind", "two kinds", "none"],
)
def test_an_amendment_has_the_kind_of_what_it_amends(content: dict[str, Any]) -> None:
    clinic = Clinic()
    clinic.take(noted())

    assert clinic.codes(amended("note-1", "amend-1", **content)) == ["other-kind"]


def test_a_correction_is_not_dated_before_what_it_corrects() -> None:
    clinic = Clinic()
    clinic.take(noted(minutes=140))

    early, same = amended("note-1", "a-1", minutes=139), amended("note-1", "a-2", minutes=140)

    assert clinic.codes(early, same) == ["before-its-entry", ""]


def test_an_amendment_that_comes_before_its_entry_waits_for_it() -> None:
    clinic = Clinic()

    first = clinic.only(amended("note-1", "amend-1"))
    assert (first.verdict, clinic.sweep()) == ("deferred", 0)
    clinic.take(noted())

    assert clinic.sweep() == 1
    assert [each.entry_id for each in clinic.record().standing()] == ["amend-1"]


def test_a_retraction_that_comes_before_its_adverse_event_waits_for_it() -> None:
    clinic = Clinic()

    assert clinic.only(retracted("ae-1", "retract-1")).verdict == "deferred"
    clinic.take(reported())
    clinic.sweep()

    assert clinic.tasks() == {"sae-escalation/ae-1": "cancelled"}


def test_what_is_told_of_an_amendment_has_ids_and_codes_only() -> None:
    clinic = Clinic()
    clinic.take(noted(), amended("note-1", "amend-1"), retracted("amend-1", "retract-1"))

    usual = {"encounter_id": "e-dosing-1", "kind": "chart-note"}
    assert clinic.told("amended") == [
        usual | {"entry": "note-1", "change": "amended"},
        usual | {"entry": "amend-1", "change": "entered-in-error"},
    ]


# ---- adverse events ----------------------------------------------------------------------------


def test_an_adverse_event_is_amended_beside_the_original_and_told_anew() -> None:
    clinic = Clinic()
    clinic.take(reported(serious=False), amended("ae-1", "amend-1", adverse_event=SAE))

    old, new = clinic.encounter().adverse_events
    assert (old.term, old.grade, old.amended_by) == ("nausea", 1, "amend-1")
    assert (new.term, new.serious, new.amended_by) == ("respiratory-depression", True, "")
    assert [each["serious"] for each in clinic.told("adverse-event-recorded")] == [False, True]


def test_ses_6_later_doses_are_judged_by_what_an_adverse_event_says_now() -> None:
    clinic = Clinic()

    clinic.take(reported())
    assert [each.grade for each in clinic.history().reactions()] == [4]
    clinic.take(amended("ae-1", "amend-1", adverse_event=NAUSEA))
    assert [each.grade for each in clinic.history().reactions()] == [1]
    clinic.take(retracted("amend-1", "retract-1"))
    assert list(clinic.history().reactions()) == []


def test_ses_6_what_turns_out_graver_counts_from_when_it_was_known() -> None:
    clinic = Clinic()
    clinic.take(reported(serious=False), amended("ae-1", "amend-1", adverse_event=SAE))

    assert [each.at for each in clinic.history().reactions()] == [at(200)]


def test_a_corrected_adverse_event_must_agree_with_itself_too() -> None:
    clinic = Clinic()
    clinic.take(reported())
    fatal = site.AdverseEventContent("nausea", 2, True, "probable", "none", "fatal")

    code = clinic.codes(amended("ae-1", "amend-1", adverse_event=fatal))

    assert code == ["grade-outcome-mismatch"]
    assert not clinic.encounter().adverse_events[0].amended_by


# ---- vital signs -------------------------------------------------------------------------------

CORRECT = site.VitalSigns(125, 80, 70, 98, 80.0)


def observed(event_id: str = "obs-1", systolic: int = 185, weight_kg: float = 80.0) -> Step:
    data = site.ObservationRecorded(DOSE, systolic, 80, 70, 98, weight_kg)
    return posted(data, at(5), event_id=event_id)


@pytest.fixture
def measured() -> Clinic:
    """A session under way, with one reading in it that is an alarm."""
    clinic = Clinic(an_encounter())
    clinic.take(observed())
    return clinic


def test_ses_7_an_amended_reading_is_kept_apart_and_the_new_one_is_judged(
    measured: Clinic,
) -> None:
    measured.take(amended("obs-1", "amend-1", vital_signs=CORRECT))

    encounter = measured.encounter()
    assert [each.systolic for each in encounter.in_error] == [185]
    assert [(each.systolic, each.events) for each in encounter.readings] == [(125, ("amend-1",))]
    assert stops(encounter, POLICY, at(60)) == ()
    assert [each["kind"] for each in measured.told("amended")] == ["vital-signs"]


def test_an_alarm_that_was_raised_stays_and_the_corrected_value_raises_its_own() -> None:
    clinic = Clinic(an_encounter())
    clinic.take(observed(systolic=125))
    worse = site.VitalSigns(190, 80, 70, 98)

    clinic.take(amended("obs-1", "amend-1", vital_signs=worse))
    clinic.take(retracted("amend-1", "retract-1"))

    assert [each["value"] for each in clinic.told("vitals-alarm-raised")] == [190]
    assert [each.value for each in clinic.encounter().alarms] == [190]
    assert clinic.encounter().readings == ()


def test_a_reading_measured_at_another_time_is_put_in_its_place(measured: Clinic) -> None:
    later = site.VitalSigns(125, 80, 70, 98, measured_at=at(15))

    measured.take(amended("obs-1", "amend-1", vital_signs=later))

    assert [each.at for each in measured.encounter().readings] == [at(15)]


def test_a_corrected_weight_is_the_weight_that_later_doses_are_checked_against(
    measured: Clinic,
) -> None:
    assert [each.kg for each in measured.history().weights()] == [80.0]

    measured.take(amended("obs-1", "amend-1", vital_signs=site.VitalSigns(125, 80, 70, 98, 74.0)))
    assert [each.kg for each in measured.history().weights()] == [74.0]
    measured.take(retracted("amend-1", "retract-1"))

    assert list(measured.history().weights()) == []


def test_a_reading_sent_twice_is_corrected_under_either_id_and_once(measured: Clinic) -> None:
    measured.take(observed("obs-2"))

    codes = measured.codes(
        amended("obs-2", "amend-1", vital_signs=CORRECT),
        amended("obs-1", "amend-2", vital_signs=CORRECT),
        amended("obs-2", "amend-3", vital_signs=CORRECT),
        retracted("obs-1", "retract-1"),
    )

    assert codes == ["", "already-amended", "already-amended", "already-amended"]


def test_ses_7_a_signed_record_takes_a_corrected_reading_and_no_new_one() -> None:
    clinic = Clinic(an_encounter())
    clinic.take(observed(), posted(site.EncounterAbandoned(DOSE, "unwell"), at(130)))
    clinic.take(noted(), signed())

    codes = clinic.codes(observed("obs-2", 126), amended("obs-1", "a-1", vital_signs=CORRECT))

    assert codes == ["record-locked", ""]
    assert clinic.encounter().signed_at == at(150)
    assert [each.systolic for each in clinic.encounter().readings] == [125]


def test_an_impossible_correction_is_refused_like_an_impossible_reading(measured: Clinic) -> None:
    swapped = site.VitalSigns(80, 125, 70, 98)

    assert measured.codes(amended("obs-1", "amend-1", vital_signs=swapped)) != [""]
    assert [each.systolic for each in measured.encounter().readings] == [185]


# ---- the property ------------------------------------------------------------------------------

ENTRIES = ("note-1", "therapy-1", "answers-1", "ae-1", "c-1", "c-2", "c-3")
CHANGES = st.one_of(
    st.builds(
        lambda entry, to, minutes, content: amended(entry, to, minutes, **content),
        st.sampled_from(ENTRIES),
        st.sampled_from(["c-1", "c-2", "c-3"]),
        st.integers(130, 400),
        st.sampled_from(
            [
                {"note": site.ChartNote("plan", "otherwise")},
                {"therapy": site.Therapy(goals=(GOAL,))},
                {"rems_answers": ANSWERS},
                {"adverse_event": NAUSEA},
            ]
        ),
    ),
    st.builds(retracted, st.sampled_from(ENTRIES), st.sampled_from(["r-1", "r-2"])),
    st.builds(noted, st.sampled_from(["n-1", "n-2"])),
    st.builds(reported, st.sampled_from(["ae-1", "ae-2"]), serious=st.booleans()),
    st.just(told(themes=("other",))),
    st.just(answered("answers-2")),
    st.just(signed()),
)


@given(st.lists(CHANGES, max_size=8))
def test_ses_7_after_signing_no_sequence_of_events_changes_an_original(steps: list[Step]) -> None:
    clinic = Clinic(a_finished())
    clinic.take(reported(), *SIGNED[:2], answered(), SIGNED[2])
    record, event = clinic.record(), clinic.encounter().adverse_events[0]
    assert record.signature

    clinic.take(*steps)

    after = clinic.record()
    assert after.entries[: len(record.entries)] == record.entries
    assert after.signature == record.signature
    originals = [each for each in clinic.encounter().adverse_events if each.event_id == "ae-1"]
    assert [_said(each) for each in originals] == [_said(event)]
    corrected = {each.entry for each in after.amendments}
    assert len(corrected) == len(after.amendments)
    assert {each.entry_id for each in after.standing()}.isdisjoint(corrected)


def _said(event: object) -> object:
    return {name: getattr(event, name) for name in ("at", "term", "grade", "serious", "outcome")}
