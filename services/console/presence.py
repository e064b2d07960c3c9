"""Before every page: who is signed in, with a token that is good, and a form that is their own."""

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Response, g, make_response, redirect, request, url_for
from werkzeug.exceptions import Forbidden, ServiceUnavailable

from services.console.reading import Reader
from services.console.signing.provider import Grant, NotGranted, ProviderAway
from services.console.signing.session import LASTS_S, Session, opened, sealed
from shared.runtime import clock
from shared.web.identity import Principal, Unauthenticated

P = ParamSpec("P")
R = TypeVar("R")
RENEW_BEFORE_S = 60
RENEWED_MAX = 500
OPEN = {"static", "live", "ready", "measures"}
"""Endpoints that ask nobody who they are, beside those of the blueprint `signin`."""


def register(app: Flask) -> None:
    renewals = _Renewals()

    @app.before_request
    def identify() -> Any:
        g.session = g.principal = None
        g.cookie = None
        session = opened(request.cookies.get(cookie_name(), ""), g.door.sealer, now())
        if session:
            _enter(session, renewals)
        if g.session is None and not _is_open():
            return _to_sign_in()
        if g.session and request.method == "POST" and not _is_own_form(g.session):
            raise Forbidden(
                "This form is from another sign-in. Go back, reload the page, try again."
            )
        return None

    @app.after_request
    def keep(response: Response) -> Response:
        if g.get("cookie") is not None:
            response.set_cookie(
                cookie_name(),
                g.cookie,
                max_age=LASTS_S if g.cookie else 0,
                secure=g.door.settings.is_secure,
                httponly=True,
                samesite="Lax",
            )
        return response


def needs(
    may: Callable[[Principal], bool], role: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The page is for those whom `may` names; `role` tells the others who that is."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not may(g.principal):
                raise Forbidden(f"This page is for {role}. Sign out, and in as somebody who is.")
            return view(*args, **kwargs)

        return guarded

    return decorate


def begin(grant: Grant) -> None:
    """The reader is signed in from this answer on."""
    at = now()
    session = Session(
        grant.access_token,
        grant.refresh_token,
        at + grant.lasts_s,
        at + LASTS_S,
        clock.random_token(),
    )
    g.cookie = sealed(session, g.door.sealer)


def end() -> None:
    g.cookie = ""


def reader() -> Reader:
    return Reader(g.door.services, g.session.access_token)


def now() -> float:
    return clock.utc_now().timestamp()


def cookie_name() -> str:
    """With this prefix a browser takes the cookie from this host over https alone."""
    return "__Host-console" if g.door.settings.is_secure else "console"


class _Renewals:
    """Parts of a page that are asked for at once renew a session once: a refresh token is good for
    one use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done: dict[str, Grant] = {}

    def grant(self, refresh_token: str) -> Grant:
        with self._lock:
            if refresh_token not in self._done:
                if len(self._done) >= RENEWED_MAX:
                    self._done.clear()
                self._done[refresh_token] = g.door.provider.renewed(refresh_token)
            return self._done[refresh_token]


def _enter(session: Session, renewals: _Renewals) -> None:
    """Sets who is here, unless their tokens are over."""
    try:
        session = _good(session, renewals)
        g.principal = g.door.tokens.principal([f"Bearer {session.access_token}"])
        g.session = session
    except (NotGranted, Unauthenticated):
        end()
    except ProviderAway as away:
        if not _is_open():
            raise ServiceUnavailable from away


def _good(session: Session, renewals: _Renewals) -> Session:
    at = now()
    if at < session.good_until - RENEW_BEFORE_S:
        return session
    try:
        grant = _renewed(session, renewals)
    except (ProviderAway, NotGranted):
        if at < session.good_until:  # the old one is good for this page still
            return session
        raise
    renewed = Session(
        grant.access_token,
        grant.refresh_token,
        at + grant.lasts_s,
        session.ends_at,
        session.csrf,
    )
    g.cookie = sealed(renewed, g.door.sealer)
    return renewed


def _renewed(session: Session, renewals: _Renewals) -> Grant:
    if not session.refresh_token:
        raise NotGranted("The sign-in is over.")
    return renewals.grant(session.refresh_token)


def _is_open() -> bool:
    return request.endpoint is None or request.endpoint in OPEN or request.blueprint == "signin"


def _is_own_form(session: Session) -> bool:
    return compare_digest(request.form.get("csrf", "").encode(), session.csrf.encode())


def _to_sign_in() -> Response:
    """A whole page goes to sign in; a part of one makes the page around it do so."""
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Refresh"] = "true"
        return answer
    asked = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return make_response(redirect(url_for("signin.signin", next=asked)))
