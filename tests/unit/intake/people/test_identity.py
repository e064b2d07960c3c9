"""Who a patient is: sealed in the store, open to the own clinic's desk, gone once erased."""

import pytest

from services.intake.application import identities, queries
from services.intake.application.documents import IDENTITIES, MATCHES, PERSONS
from services.intake.domain.people.vault import Unreadable
from shared.codec import strict_json
from shared.contracts import site
from shared.contracts.topics import INTAKE
from shared.kernel.errors import Rejected
from shared.storage.journal import JOURNAL
from shared.web.identity import Principal
from shared.web.ingest import Ingest
from tests.kit.clinical.said import (
    CLINIC,
    DECIDED,
    PATIENT,
    POLICY,
    on_day,
)
from tests.kit.intake import (
    ROUTES,
    Intake,
    everything_on_file,
    grant,
    posted,
    referral,
)
from tests.kit.people import VAULT

CANARY = {
    "given_name": "Canarygiven",
    "family_name": "Canaryfamily",
    "referrer": "Canaryreferrer",
    "record_number": "CANARY-1",
    "phone": "+1 555 0199",
    "email": "canary@example.org",
}
ESCORT = site.EscortIntroduced("contact-1", "Canaryescort", "+1 555 0198", "spouse")
PHONES = ("555 0199", "5550199", "555 0198", "5550198")
SECRETS = ("canary", *PHONES, "1980-05-01", "1980, 5, 1")
ERASE = site.IdentityErased("medical-director-1", "patient-request")


@pytest.fixture
def intake() -> Intake:
    intake = Intake()
    intake.take(*everything_on_file(**CANARY), posted(ESCORT), posted(grant(), DECIDED))
    return intake


def test_the_desk_reads_who_the_patient_and_the_escort_are(intake: Intake) -> None:
    found = identities.identity(intake.reads, VAULT, PATIENT)

    assert found
    view = found.aggregate
    assert (view.given_name, view.record_number) == ("Canarygiven", "CANARY-1")
    assert view.birth_date.isoformat() == "1980-05-01"
    [contact] = view.contacts
    assert (contact.name, contact.phone, contact.relation) == (ESCORT.name, ESCORT.phone, "spouse")


def test_no_plain_identity_is_in_the_store_the_journal_or_a_record(intake: Intake) -> None:
    early = posted(ESCORT, patient="not-referred-yet")
    second = posted(referral(**CANARY), event_id="again")
    intake.take(early, second, early)

    stored, said = repr(intake.store.collections).lower(), repr(intake.said()).lower()

    assert not [each for each in SECRETS if each in stored]
    assert not [each for each in SECRETS if each in said]


def test_an_escort_before_the_referral_is_asked_for_again_and_not_kept(intake: Intake) -> None:
    step = posted(ESCORT, patient="later")
    [early] = intake.take(step)

    assert (early.verdict, early.code) == ("conflict", "not-yet")
    assert intake.store.session().find(JOURNAL, [step.id]) == []
    intake.take(posted(referral(family_name="Other", given_name="Other"), patient="later"))
    assert intake.take(step)[0].verdict == "accepted"


def test_a_refused_referral_never_waits_behind_another_event(intake: Intake) -> None:
    intake.take(posted(site.TransferAccepted("harbor")))

    [again] = intake.take(posted(referral(**CANARY)))

    assert (again.verdict, again.code) == ("rejected", "already-registered")


def test_a_site_is_not_told_what_there_is_of_the_network(intake: Intake) -> None:
    [verdict] = intake.take(posted(referral(given_name="New", family_name="New"), patient="new"))

    assert set(verdict.created) == {"identities/new", "patients/new"}


def test_others_hear_that_an_escort_is_named_and_not_who(intake: Intake) -> None:
    [said] = [data for kind, data in intake.said() if kind.endswith("escort-named.v1")]

    assert said == {"contact_id": "contact-1", "relation": "spouse"}


def test_the_latest_word_on_an_escort_counts(intake: Intake) -> None:
    newer = site.EscortIntroduced("contact-1", "Newer", "+1 555 0100", "friend")
    older = site.EscortIntroduced("contact-1", "Older", "+1 555 0100", "friend")
    intake.take(posted(newer, on_day(2)), posted(older, on_day(1)))

    found = identities.identity(intake.reads, VAULT, PATIENT)

    assert found
    assert [each.name for each in found.aggregate.contacts] == ["Newer"]


def test_registration_tells_the_random_person_id(intake: Intake) -> None:
    found = identities.identity(intake.reads, VAULT, PATIENT)

    assert found
    assert intake.said()[0][1]["person_id"] == found.aggregate.person_id != PATIENT


def test_a_ciphertext_of_another_patient_does_not_open(intake: Intake) -> None:
    intake.take(posted(referral(family_name="Other", given_name="Other"), patient="other"))
    documents = intake.store.collections["identities"]
    mine, theirs = (documents[IDENTITIES.key(CLINIC, each)] for each in (PATIENT, "other"))
    mine["state"]["sealed"]["given_name"] = theirs["state"]["sealed"]["given_name"]

    with pytest.raises(Unreadable):
        identities.identity(intake.reads, VAULT, PATIENT)


def test_not_even_the_digest_of_a_referral_tells_who_it_was(intake: Intake) -> None:
    """Whoever holds the journal and guesses a name could else see that the guess was right."""
    guess = posted(referral(**CANARY), DECIDED, event_id="r", patient="door")
    raw = strict_json.loads(guess.content)
    door = Ingest(INTAKE, intake.runner, ROUTES, frozenset(ROUTES), POLICY, lambda: on_day(4))
    sender = Principal("riverside-main", CLINIC, "main", frozenset({"coordinator"}), frozenset())

    step, again = door.step(raw, sender), door.step(raw, sender)

    assert step.fault is None
    assert step.sha256 not in ("", guess.sha256)
    assert again.sha256 == step.sha256


# ---- erasure ---------------------------------------------------------------------------------


@pytest.fixture
def erased(intake: Intake) -> Intake:
    assert intake.take(posted(ERASE, on_day(5)))[0].verdict == "accepted"
    return intake


def test_after_erasure_nobody_reads_who_it_was(erased: Intake) -> None:
    with pytest.raises(Rejected, match="erased"):
        identities.identity(erased.reads, VAULT, PATIENT)
    with pytest.raises(Rejected, match="erased"):
        queries.clearance(erased.reads, POLICY, VAULT, PATIENT)


def test_erasure_destroys_the_key_and_every_look_up(erased: Intake) -> None:
    [person] = erased.store.collections[PERSONS.name].values()
    matches = erased.store.collections[MATCHES.name].values()

    assert person["state"]["keys"] == {}
    assert not any(each["state"]["sightings"] for each in matches)
    assert erased.store.collections[IDENTITIES.name][f"{CLINIC}/{PATIENT}"]["state"]["sealed"] == {}


def test_a_copy_of_the_identity_from_before_is_unreadable_after_erasure(intake: Intake) -> None:
    before = intake.store.session().find(IDENTITIES.name, [f"{CLINIC}/{PATIENT}"])[0]
    intake.take(posted(ERASE, on_day(5)))
    intake.store.collections[IDENTITIES.name][f"{CLINIC}/{PATIENT}"] = before

    with pytest.raises(Rejected, match="erased"):
        identities.identity(intake.reads, VAULT, PATIENT)


def test_erasure_ends_the_clearance_and_is_told(erased: Intake) -> None:
    assert erased.types()[-2:] == ["clearance-revoked.v1", "erased.v1"]
    assert erased.patient().clearance is None


def test_nothing_is_cleared_or_named_after_erasure(erased: Intake) -> None:
    verdicts = erased.take(
        posted(grant(), on_day(6)), posted(ESCORT, on_day(6)), posted(ERASE, on_day(7))
    )

    assert [each.code for each in verdicts] == ["erased", "erased", "erased"]


def test_whoever_was_erased_is_nobodys_duplicate_any_more(erased: Intake) -> None:
    erased.take(posted(referral(**CANARY), on_day(8), patient="back-again"))

    found = identities.duplicates(erased.reads, "back-again")

    assert found
    assert found.aggregate.candidates == ()


def test_what_is_not_about_the_identity_stays(erased: Intake) -> None:
    found = queries.patient(erased.reads, POLICY, PATIENT)

    assert found
    assert found.aggregate.screenings
