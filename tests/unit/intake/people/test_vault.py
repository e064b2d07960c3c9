"""The vault: what is sealed opens with its own key, for its own person, patient and field only."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake.adapters.vault import KeyVault
from services.intake.domain.people.identity import Particulars, opened, sealed
from services.intake.domain.people.vault import Unreadable
from tests.kit.people import IDENTITY_KEY, OTHER_KEY, VAULT

ABOUT = Particulars("Given", "Family", date(1980, 5, 1), "female", "MRN-1", "+1 555 0100")


def test_what_was_sealed_opens_again_to_the_letter() -> None:
    wrapped, cipher = VAULT.create("person-1")
    identity = sealed("patient-1", "person-1", ABOUT, cipher)

    assert opened(identity, VAULT.unlock("person-1", wrapped)) == ABOUT


def test_nothing_that_was_sealed_can_be_read_in_what_is_stored() -> None:
    identity = sealed("patient-1", "person-1", ABOUT, VAULT.create("person-1")[1])

    assert not [clear for clear in ("Given", "Family", "1980", "MRN") if clear in repr(identity)]
    assert "email" not in identity.sealed


def test_the_same_name_is_sealed_differently_each_time() -> None:
    cipher = VAULT.create("person-1")[1]

    assert cipher.seal("patient-1/given_name", "A") != cipher.seal("patient-1/given_name", "A")


def test_a_ciphertext_moved_to_another_field_does_not_open() -> None:
    cipher = VAULT.create("person-1")[1]
    identity = sealed("patient-1", "person-1", ABOUT, cipher)
    swapped = {**identity.sealed, "given_name": identity.sealed["family_name"]}

    with pytest.raises(Unreadable):
        opened(replace(identity, sealed=swapped), cipher)


def test_a_ciphertext_moved_to_another_patient_of_the_same_person_does_not_open() -> None:
    cipher = VAULT.create("person-1")[1]
    identity = sealed("patient-1", "person-1", ABOUT, cipher)

    with pytest.raises(Unreadable):
        opened(replace(identity, patient_id="patient-2"), cipher)


def test_a_key_moved_to_another_person_does_not_unlock() -> None:
    wrapped, _ = VAULT.create("person-1")

    with pytest.raises(Unreadable):
        VAULT.unlock("person-2", wrapped)


def test_another_persons_key_opens_nothing() -> None:
    identity = sealed("patient-1", "person-1", ABOUT, VAULT.create("person-1")[1])

    with pytest.raises(Unreadable):
        opened(identity, VAULT.create("person-1")[1])


def test_another_identity_key_unlocks_nothing_and_finds_nobody() -> None:
    wrapped, _ = VAULT.create("person-1")
    other = KeyVault(OTHER_KEY)

    with pytest.raises(Unreadable):
        other.unlock("person-1", wrapped)
    assert other.fingerprint("same words") != VAULT.fingerprint("same words")


def test_after_a_rotation_old_keys_still_unlock_and_look_ups_stay_the_same() -> None:
    wrapped, cipher = VAULT.create("person-1")
    rotated = KeyVault(f"{OTHER_KEY},{IDENTITY_KEY}")
    text = cipher.seal("name", "Given")

    assert rotated.unlock("person-1", wrapped).open("name", text) == "Given"
    assert rotated.fingerprint("same words") == VAULT.fingerprint("same words")
    with pytest.raises(Unreadable):
        VAULT.unlock("person-2", rotated.create("person-2")[0])


@pytest.mark.parametrize("secret", ["", "short", "AAAA", f"{IDENTITY_KEY},", "not base64!"])
def test_a_key_that_is_not_32_bytes_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyVault(secret)


@pytest.mark.parametrize("text", ["", "AAAA", "?"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(Unreadable):
        VAULT.create("person-1")[1].open("name", text)
