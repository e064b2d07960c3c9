"""Builders for people: a vault with a key of the tests' own, who signs, and who is referred."""

import itertools
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.intake.adapters.vault import KeyVault
from shared.contracts import site
from shared.contracts.site import Role

IDENTITY_KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = b64encode(bytes(range(1, 33))).decode()
VAULT = KeyVault(IDENTITY_KEY)
STAFF: dict[str, Role] = {
    "prescriber-1": "prescriber",
    "prescriber-2": "prescriber",
    "psychiatrist-1": "psychiatrist",
    "psychiatrist-2": "psychiatrist",
    "nurse-1": "nurse",
    "nurse-2": "nurse",
    "therapist-1": "therapist",
    "medical-director-1": "medical-director",
}
BORN = date(1980, 5, 1)
_people = itertools.count(1)


def credential(role: Role = "prescriber", **what: Any) -> site.CredentialRecorded:
    usual = site.CredentialRecorded(role, "licence-1", date(2020, 1, 1), date(2030, 12, 31))
    return replace(usual, **what)


def somebody(**what: Any) -> dict[str, Any]:
    """The identity of a person who is like nobody before."""
    number = next(_people)
    born = date(1950, 1, 1) + timedelta(days=number % 18_000)
    usual = {
        "given_name": f"Given-{number}",
        "family_name": f"Family-{number}",
        "birth_date": born,
    }
    return usual | what


def referral(**what: Any) -> site.ReferralReceived:
    return site.ReferralReceived(
        **{
            **somebody(),
            "indication": "treatment-resistant-depression",
            "diagnosis": "F33.2",
            **what,
        }
    )
