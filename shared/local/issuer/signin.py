"""People at the console: authorization code with PKCE (S256), refresh tokens that rotate.

Nobody proves who they are here: demo people, one click each, for development only.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from shared.local.issuer.ledger import Ledger, Session, SignIn, State
from shared.local.issuer.refusal import Refused, must

CLIENT_ID = "console"
CALLBACK = "/signin/done"
CODE_LIVES_S = 60
SHIFT_S = 10 * 3600
"""How long a sign-in lasts, however often it is renewed."""
LEEWAY_S = 30
"""Two requests of one browser renew at once: both get the same next token."""
AGAIN = "sign in again"
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Wish:
    """A request to sign in, checked: its answer may go to `redirect_uri`."""

    redirect_uri: str
    challenge: str
    state: str


@dataclass(frozen=True)
class SignIns:
    """`console`: its origin, whose callback is the only place that an answer is sent to."""

    console: str
    people: Collection[str]
    ledger: Ledger
    now: Callable[[], float]

    def redirect_uri(self, query: Mapping[str, str]) -> str:
        """Where an answer, good or bad, may go. Raises Refused: then it goes nowhere."""
        is_console = bool(self.console) and query.get("client_id") == CLIENT_ID
        must(is_console, "invalid_request", f"client_id is {CLIENT_ID}: nothing else signs in")
        ours = f"{self.console}{CALLBACK}"
        must(query.get("redirect_uri") == ours, "invalid_request", f"redirect_uri is {ours}")
        return ours

    def wish(self, query: Mapping[str, str]) -> Wish:
        """Raises Refused."""
        is_code = query.get("response_type") == "code"
        must(is_code, "unsupported_response_type", "response_type is code")
        challenge = query.get("code_challenge", "")
        is_bound = query.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(challenge)
        must(bool(is_bound), "invalid_request", "PKCE is needed: code_challenge by S256")
        return Wish(self.redirect_uri(query), challenge, query.get("state", ""))

    def code(self, wish: Wish, person: str) -> str:
        must(person in self.people, "access_denied", "choose one of the people on the page")
        code, now = secrets.token_urlsafe(32), self.now()
        with self.ledger.change() as state:
            _forget_the_past(state, now)
            state.sign_ins[_digest(code)] = SignIn(
                person, wish.redirect_uri, wish.challenge, now + CODE_LIVES_S
            )
        return code

    def granted(self, form: Mapping[str, str]) -> tuple[str, str]:
        """(person, refresh token) for a code or a refresh token. Raises Refused."""
        is_console = form.get("client_id") == CLIENT_ID
        must(is_console, "invalid_client", f"client_id is {CLIENT_ID}", 401)
        if form["grant_type"] == "refresh_token":
            return self._renewed(form.get("refresh_token", ""))
        return self._begun(form)

    def _begun(self, form: Mapping[str, str]) -> tuple[str, str]:
        digest = _digest(form.get("code", ""))
        sign_in = self._taken(digest)
        verifier = form.get("code_verifier", "")
        is_right = _VERIFIER.fullmatch(verifier) is not None and hmac.compare_digest(
            _challenge(verifier), sign_in.challenge
        )
        is_same = form.get("redirect_uri") == sign_in.redirect_uri
        is_fresh = self.now() < sign_in.until
        must(is_right and is_same and is_fresh, "invalid_grant", f"not this code's: {AGAIN}")
        with self.ledger.change() as state:
            state.sessions[digest] = Session(sign_in.person, self.now() + SHIFT_S)
        return sign_in.person, self._token(digest, 0)

    def _taken(self, digest: str) -> SignIn:
        """Used up by the first who names it, right or wrong. A second one has it from somewhere:
        then what the first was given ends too (RFC 6749, 4.1.2)."""
        with self.ledger.change() as state:
            sign_in = state.sign_ins.get(digest)
            first = sign_in is not None and not sign_in.is_used
            if sign_in is not None:
                sign_in.is_used = True
            if not first:
                state.sessions.pop(digest, None)
        if sign_in is None or not first:
            raise Refused("invalid_grant", f"this code is unknown, used or too old: {AGAIN}")
        return sign_in

    def _renewed(self, token: str) -> tuple[str, str]:
        key, generation = self._session_named(token)
        with self.ledger.change() as state:
            session, now = state.sessions.get(key), self.now()
            is_on = session is not None and now < session.until
            if session and generation == session.generation:
                session.generation, session.renewed_at = generation + 1, now
            elif session and not _is_retry(session, generation, now):
                # An old one again: somebody has a copy (RFC 9700, 4.14.2).
                del state.sessions[key]
                is_on = False
        if session is None or not is_on:
            raise Refused("invalid_grant", f"this sign-in is over: {AGAIN}")
        return session.person, self._token(key, session.generation)

    def _session_named(self, token: str) -> tuple[str, int]:
        key, _, rest = token.partition(".")
        number, _, _ = rest.partition(".")
        is_number = number.isascii() and number.isdigit() and len(number) < 7
        right = self._token(key, int(number)) if is_number else ""
        is_ours = is_number and hmac.compare_digest(token.encode(), right.encode())
        must(is_ours, "invalid_grant", f"no refresh token of this issuer: {AGAIN}")
        return key, int(number)

    def _token(self, key: str, generation: int) -> str:
        return f"{key}.{generation}.{self.ledger.mac('renewal', key, generation)}"


def _is_retry(session: Session, generation: int, now: float) -> bool:
    is_last = generation == session.generation - 1
    return is_last and now - session.renewed_at <= LEEWAY_S


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _forget_the_past(state: State, now: float) -> None:
    state.sign_ins = {k: each for k, each in state.sign_ins.items() if now < each.until + SHIFT_S}
    state.sessions = {k: each for k, each in state.sessions.items() if now < each.until}
