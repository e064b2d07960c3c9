"""Signing in at the network's identity provider, and out again."""

import secrets
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from services.console import presence
from services.console.frame.mishaps import shown
from services.console.places import Page
from services.console.signing.provider import NotGranted, ProviderAway
from services.console.signing.session import SIGNING_IN

blueprint = Blueprint("signin", __name__)
page = Page(blueprint)
COOKIE = "signing-in"
WITHIN_S = 600
"""So long the provider's page may be looked at before the console has forgotten why."""


@blueprint.get("/signin")
def signin() -> Any:
    """One button; what comes after is the provider's."""
    onward = local(request.args.get("next", ""))
    if g.session:
        return redirect(onward)
    return render_template("signin/page.html", next=onward)


@blueprint.post("/signin")
def start() -> Any:
    """To the provider. What is needed when the reader comes back waits in a sealed cookie."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    onward = local(request.form.get("next", ""))
    waiting = {"state": state, "verifier": verifier, "next": onward}
    answer = redirect(g.door.provider.authorize_url(state, verifier), 303)
    answer.set_cookie(
        COOKIE,
        g.door.sealer.seal(SIGNING_IN, {**waiting, "until": presence.now() + WITHIN_S}),
        max_age=WITHIN_S,
        path=url_for("signin.signin"),
        secure=g.door.settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return answer


@blueprint.get("/signin/done")
def done() -> Any:
    """Back from the provider, with a code that only the holder of the verifier can redeem."""
    waiting = g.door.sealer.opened(SIGNING_IN, request.cookies.get(COOKIE, "")) or {}
    state = request.args.get("state", "")
    if not waiting or waiting["until"] < presence.now() or waiting["state"] != state:
        return shown(403, "This sign-in was begun elsewhere or too long ago. Sign in again.")
    if "code" not in request.args or request.args.get("iss", g.door.settings.token_issuer) != (
        g.door.settings.token_issuer
    ):  # RFC 9207: another provider's answer is nobody's
        return shown(403, "You were not signed in. Sign in again when you are ready.")
    try:
        grant = g.door.provider.redeemed(request.args["code"], waiting["verifier"])
    except NotGranted as refused:
        return shown(403, f"{refused} Sign in again.")
    except ProviderAway:
        return shown(503, "The sign-in page's server does not answer. Try again in a minute.")
    presence.begin(grant)
    answer = redirect(local(waiting["next"]), 303)
    answer.delete_cookie(COOKIE, path=url_for("signin.signin"))
    return answer


@blueprint.post("/signout")
def signout() -> Any:
    presence.end()
    return redirect(url_for("signin.signin"), 303)


def local(path: str) -> str:
    """A path of this console and of nobody else's; else the first page."""
    is_ours = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if is_ours else "/"
