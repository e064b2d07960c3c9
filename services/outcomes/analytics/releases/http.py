"""Releases over HTTP: which there are, what each shows, and the report as analysts see it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields
from werkzeug.exceptions import Forbidden, NotFound

from services.outcomes.analytics.releases.making import Releases, carried
from services.outcomes.analytics.releases.store import Release, cells_document
from services.outcomes.analytics.releases.suppression import PUBLISHED
from services.outcomes.analytics.report.shapes import NetworkReport
from shared.web.reading import needs

NONE_YET = (
    "Nothing is released yet: there are too few patients to show any count. Ask operations, who "
    "see every count, or ask again later."
)


class ReleaseLineSchema(Schema):
    id = fields.String(required=True)
    number = fields.Integer(required=True)
    as_of = fields.DateTime(required=True)


class ReleaseListSchema(Schema):
    items = fields.List(fields.Nested(ReleaseLineSchema), required=True)


class CellsSchema(Schema):
    clinic = fields.String(required=True)
    indication = fields.String(required=True)
    route = fields.String(required=True)
    period = fields.String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class CarriedSchema(Schema):
    """A count that this release does not show, as an earlier one shows it."""

    clinic = fields.String(required=True)
    indication = fields.String(required=True)
    route = fields.String(required=True)
    period = fields.String(required=True)
    name = fields.String(required=True)
    count = fields.Integer(required=True)
    as_of = fields.DateTime(required=True)


class ReleaseSchema(ReleaseLineSchema):
    cells = fields.List(fields.Nested(CellsSchema), required=True)
    earlier = fields.List(fields.Nested(CarriedSchema), required=True)
    answers = fields.Dict(required=True)


def blueprint(releases: Releases) -> Blueprint:
    blp = Blueprint(
        "releases", __name__, url_prefix="/v1", description="What analysts may know of counts."
    )

    @blp.get("/releases")
    @blp.response(200, ReleaseListSchema)
    @needs("network:read")
    def all_releases() -> dict[str, Any]:
        """Every release, oldest first. A new one is made when one is due and somebody asks."""
        return {"items": [_line(each) for each in releases.all()]}

    @blp.get("/releases/<release_id>")
    @blp.response(200, ReleaseSchema)
    @needs("network:read")
    def one_release(release_id: str) -> dict[str, Any]:
        """What one release shows, and of what it does not show, what was shown before."""
        made = releases.all()
        found = next((each for each in made if each.id == release_id), None)
        if found is None:
            raise NotFound("There is no such release: GET /v1/releases lists those there are.")
        return _line(found) | {
            "cells": cells_document(found.cells),
            "earlier": carried(made, found),
            "answers": found.answers,
        }

    return blp


def answer_of(releases: Releases) -> Callable[[tuple[str, ...]], Any]:
    """The newest release's report by these dimensions; for whoever may not see small counts."""

    @needs("network:read")
    def answer(by: tuple[str, ...]) -> Any:
        if by not in PUBLISHED:
            raise Forbidden(
                "Analysts see the network, or it by one of clinic, indication, route and period: "
                "ask by one of them, or compute the rest from the stream."
            )
        newest = releases.newest()
        return newest.answers[",".join(by)] if newest else _nothing(by, releases.now())

    return answer


def _nothing(by: tuple[str, ...], as_of: datetime) -> NetworkReport:
    return NetworkReport(
        as_of=as_of, by=by, rules=(), definitions=(), warnings=(NONE_YET,), items=()
    )


def _line(release: Release) -> dict[str, Any]:
    return {"id": release.id, "number": release.number, "as_of": release.as_of}
