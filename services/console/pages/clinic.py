"""The clinic board: today's rooms and chairs, who is in them, what is due and what waits."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import BadRequest

from services.console import presence
from services.console.board import reading
from services.console.places import Figure, Page, Place
from services.console.reading import Reader
from shared.runtime import clock
from shared.web.identity import Principal

blueprint = Blueprint("clinic", __name__, url_prefix="/clinic")


def of_a_clinic(principal: Principal) -> bool:
    return bool(principal.clinic) and "records:read" in principal.scopes


reads = presence.needs(of_a_clinic, "people of a clinic (records:read)")


def figure(reader: Reader, _who: Principal) -> Figure:
    now = reading.sessions_now(reader, clock.utc_now())
    if now.fault:
        return Figure("–", now.fault, "unknown")
    state = "bad" if now.overdue else now.alarms_state
    words = (
        f"{now.overdue} vital signs overdue, {now.alarms} alarms"
        if state == "bad"
        else "sessions now"
    )
    return Figure(str(len(now.cards)), words, state)


page = Page(
    blueprint,
    Place(
        "/clinic",
        "Clinic",
        "Today's rooms and chairs, sessions that go on, what is due and what waits.",
        of_a_clinic,
        figure,
    ),
)


@blueprint.get("")
@reads
def board() -> Any:
    return render_template("clinic/page.html", **_now(), **_day(), **_waiting())


@blueprint.get("/now")
@reads
def now() -> Any:
    return render_template("clinic/now.html", **_now())


@blueprint.get("/day")
@reads
def day() -> Any:
    return render_template("clinic/day.html", **_day())


@blueprint.get("/waiting")
@reads
def waiting() -> Any:
    return render_template("clinic/waiting.html", **_waiting())


def _now() -> dict[str, Any]:
    return {"now": reading.sessions_now(presence.reader(), clock.utc_now())}


def _day() -> dict[str, Any]:
    asked = _asked()
    shown = reading.today(presence.reader(), clock.utc_now(), g.principal.clinic, asked)
    around = shown.day.date if shown.day else asked or clock.utc_now().date()
    return {
        "today": shown,
        "asked": asked,
        "before": around - timedelta(days=1),
        "after": around + timedelta(days=1),
    }


def _waiting() -> dict[str, Any]:
    return {"waiting": reading.waiting(presence.reader(), clock.utc_now())}


def _asked() -> date | None:
    given = request.args.get("day", "")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise BadRequest("The day is a date, as 2026-01-31. Go to /clinic for today.") from error
