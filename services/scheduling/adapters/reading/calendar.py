"""Free time, the calendar and its conflicts over HTTP. No patient is named here."""

from datetime import datetime
from typing import Any, get_args
from zoneinfo import available_timezones

from flask import abort
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from services.scheduling.application.diaries import Diaries
from services.scheduling.application.reading import calendar, free_time
from shared.codec.schema import schema_class
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Route
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import clinic_policy, clinic_reads, needs

DAYS_MAX, SLOTS_MAX, SLOTS_DEFAULT = 100, 200, 20
SlotsSchema = schema_class(free_time.SlotsView)
CalendarSchema = schema_class(calendar.CalendarDays)
ConflictsSchema = schema_class(calendar.ConflictsView)
_ID = validate.Length(max=64)


class WindowQuery(Schema):
    """From one moment to before another, RFC 3339 with an offset: from now on for two weeks."""

    class Meta:
        unknown = RAISE

    since = fields.AwareDateTime(data_key="from", load_default=None)
    until = fields.AwareDateTime(data_key="to", load_default=None)


class SlotsQuery(WindowQuery):
    """`length` in minutes; 0: as the protocols of the route have it."""

    session = fields.String(load_default="dosing", validate=validate.OneOf(get_args(SessionKind)))
    route = fields.String(load_default="iv", validate=validate.OneOf(get_args(Route)))
    length = fields.Integer(load_default=0, validate=validate.Range(0, 720))
    therapist = fields.String(load_default="", validate=_ID)
    site = fields.String(load_default="", validate=_ID)
    limit = fields.Integer(load_default=SLOTS_DEFAULT, validate=validate.Range(1, SLOTS_MAX))


class CalendarQuery(Schema):
    """`days` from `day` on, on the wall of `zone`: of the site or the first resource, if empty."""

    class Meta:
        unknown = RAISE

    day = fields.Date(required=True)
    days = fields.Integer(load_default=1, validate=validate.Range(1, 31))
    resource = fields.String(load_default="", validate=_ID)
    site = fields.String(load_default="", validate=_ID)
    zone = fields.String(
        load_default="", validate=validate.OneOf({"", *available_timezones()}, error="no such zone")
    )


def add_calendar(blp: Blueprint, store: Store, policy: Policy, diaries: Diaries) -> None:
    @blp.get("/slots")
    @blp.arguments(SlotsQuery, location="query")
    @blp.response(200, SlotsSchema)
    @needs("records:read")
    def slots(query: dict[str, Any]) -> free_time.SlotsView:
        """When a session could be, and what it would take; if never, why not, and when after."""
        asked = free_time.Asked(**query | _window(query))
        return free_time.slots(diaries, clinic_reads(store), asked, clinic_policy(policy))

    @blp.get("/calendar")
    @blp.arguments(CalendarQuery, location="query")
    @blp.response(200, CalendarSchema)
    @needs("records:read")
    def days(query: dict[str, Any]) -> calendar.CalendarDays:
        """When resources are open and taken, by local day."""
        shown = calendar.Shown(**query)
        return calendar.calendar(clinic_reads(store), shown, clinic_policy(policy))

    @blp.get("/conflicts")
    @blp.arguments(WindowQuery, location="query")
    @blp.response(200, ConflictsSchema)
    @needs("records:read")
    def conflicts(query: dict[str, Any]) -> calendar.ConflictsView:
        """What is booked and should not stand as it is."""
        return calendar.conflicts(
            clinic_reads(store), **_window(query), policy=clinic_policy(policy)
        )


def _window(query: dict[str, Any]) -> dict[str, datetime]:
    since = query["since"] or clock.utc_now()
    until = query["until"] or free_time.default_until(since)
    if not 0 < (until - since).total_seconds() <= DAYS_MAX * 86_400:
        abort(422, f"`to` is later than `from`, by at most {DAYS_MAX} days")
    return {"since": since, "until": until}
