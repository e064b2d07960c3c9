"""Breaking the glass: a person of the network reads a clinic's records in an emergency.

Reads alone, for a reason that is written down and that the clinic sees. Names and process notes
stay closed: they have scopes of their own, and none of the caller's goes along.
"""

from dataclasses import dataclass, replace
from re import fullmatch
from urllib.parse import unquote

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, Forbidden

from shared.web.identity import Principal

REASON, CLINIC = "Break-Glass", "Break-Glass-Clinic"
SCOPE = "records:break-glass"
OPENS = frozenset({"records:read"})
SHORTEST, LONGEST = 10, 200


@dataclass(frozen=True, slots=True)
class Glass:
    """Why, and which clinic's records."""

    reason: str
    clinic: str


def asked(headers: Headers) -> bool:
    return REASON in headers or CLINIC in headers


def opened(headers: Headers, method: str, who: Principal) -> tuple[Principal, Glass]:
    """The caller as a reader of that clinic. Raises Forbidden or BadRequest.

    The reason may be percent-encoded, for letters that a header cannot carry.
    """
    if SCOPE not in who.scopes or who.clinic:
        raise Forbidden(f"{REASON} needs the scope {SCOPE}, which people of the network may have")
    if method not in ("GET", "HEAD"):
        raise Forbidden(f"{REASON} opens records to read; nothing can be written with it")
    reason = unquote(headers.get(REASON, "")).strip()
    if not (SHORTEST <= len(reason) <= LONGEST and reason.isprintable()):
        raise BadRequest(f"{REASON}: say why, in {SHORTEST} to {LONGEST} characters")
    clinic = headers.get(CLINIC, "")
    if not fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", clinic):
        raise BadRequest(f"{CLINIC}: name the clinic whose records you must read")
    return replace(who, clinic=clinic, site="", scopes=OPENS), Glass(reason, clinic)
