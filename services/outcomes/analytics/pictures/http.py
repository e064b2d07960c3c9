"""Charts over HTTP: a chart is made from what the caller may see, never from more."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, get_args

import orjson
import polars as pl
from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema
from werkzeug.exceptions import Forbidden, NotFound

from services.outcomes.analytics.pictures.charts import CHARTS, INTEGRATION, Drawable, Seen
from services.outcomes.analytics.pictures.consented import frames_of
from services.outcomes.analytics.pictures.drawing import FORMS, drawn
from services.outcomes.analytics.pictures.page import page
from services.outcomes.analytics.report.counts import DIMENSIONS
from services.outcomes.analytics.report.shapes import At, Measure
from services.outcomes.analytics.report.survival import Censoring
from services.outcomes.analytics.view import View
from shared.codec.schema import moment
from shared.contracts.instruments import INSTRUMENTS
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.web.reading import needs_no_token, principal

JSON = "vl.json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
REMEMBERED = 32
_ONLY_OWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_CODES = sorted(code for code, each in INSTRUMENTS.items() if each.measures == "outcome")


def _is_grouping(by: str) -> None:
    named = by.split(",") if by and by != INTEGRATION else []
    if len(set(named)) != len(named) or not set(named) <= set(DIMENSIONS):
        raise ValidationError(
            f"integration, or some of {', '.join(DIMENSIONS)} with commas, each once"
        )


def _is_past(as_of: str) -> None:
    try:
        known = moment(as_of)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if known > clock.utc_now():
        raise ValidationError("a time to come: leave it out for now, or give one that is past")


class ChartQuery(Schema):
    """Every chart takes them all; what it does not draw it does not look at."""

    class Meta:
        unknown = RAISE

    as_of = fields.String(load_default="", validate=_is_past)
    instrument = fields.String(load_default=None, validate=validate.OneOf(_CODES))
    of = fields.String(
        load_default="durability", validate=validate.OneOf(["durability", "response"])
    )
    by = fields.String(load_default="", validate=_is_grouping)
    unit = fields.String(load_default="d", validate=validate.OneOf(["d", "doses"]))
    censoring = fields.String(
        load_default="last-visit", validate=validate.OneOf(get_args(Censoring))
    )
    measure = fields.String(load_default="response", validate=validate.OneOf(get_args(Measure)))
    window = fields.String(load_default="end", validate=validate.OneOf(get_args(At)))

    @validates_schema
    def is_known_by_integration(self, asked: dict[str, Any], **_: Any) -> None:
        if asked["by"] == INTEGRATION and (asked["of"], asked["unit"]) != ("durability", "d"):
            raise ValidationError(
                "by integration there is of=durability in unit=d only: integrations follow doses, "
                "so who responds early has attended few",
                "by",
            )


def blueprint(view: View, policy: Policy) -> Blueprint:
    blp = Blueprint("charts", __name__, description="Pictures of what the network achieves.")

    @blp.get("/v1/charts")
    @blp.response(200)
    def charts() -> dict[str, Any]:
        """The charts there are, and in which forms."""
        items = [{"name": name, "shows": each.words} for name, each in CHARTS.items()]
        return {"items": items, "forms": [JSON, *FORMS]}

    @blp.get("/v1/charts/<string:file>")
    @blp.arguments(ChartQuery, location="query")
    @blp.response(200)
    def chart(query: dict[str, Any], file: str) -> Response:
        """`<chart>.vl.json`, `.svg`, `.png` or `.html`; the page works without a network."""
        name, _, form = file.partition(".")
        if name not in CHARTS or form not in (JSON, *FORMS):
            raise NotFound(
                f"there is no {file}: ask for one of {', '.join(CHARTS)}, as .{JSON}, .svg, .png "
                "or .html"
            )
        spec = CHARTS[name].draw(_seen(view, policy, CHARTS[name], query), query)
        media_type, body = _drawn(orjson.dumps(spec), form)
        return Response(body, content_type=media_type)

    @blp.get("/data")
    @needs_no_token
    def data() -> Response:
        """For analysts: how to start, what there is. It holds no data, so nobody signs in."""
        answer = Response(page(), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = _ONLY_OWN
        return answer

    return blp


@lru_cache(maxsize=REMEMBERED)
def _drawn(spec: bytes, form: str) -> tuple[str, bytes]:
    """A picture is the same as long as its specification, which names its minute."""
    return (VEGA_LITE, spec) if form == JSON else drawn(orjson.loads(spec), form)


def _seen(view: View, policy: Policy, chart: Drawable, query: Mapping[str, Any]) -> Seen:
    caller = principal()
    if chart.of_records or ("analyst" in caller.roles and not caller.clinic):
        return _of_stream(view, policy, chart, query)
    scope = "records:read" if caller.clinic else "network:read"
    if scope not in caller.scopes:
        raise Forbidden(f"Ask as a client with the scope {scope}.")
    if chart.of_clinics and caller.clinic:
        raise Forbidden("Other clinics are in this chart: ask operations, who see the network.")
    frames = view.frames(moment(query["as_of"]) if query["as_of"] else None)
    if caller.clinic:
        own = pl.col("clinic") == caller.clinic
        frames = replace(
            frames, patients=frames.patients.filter(own), results=frames.results.filter(own)
        )
    return Seen(frames, policy, 0, None, frames.as_of)


def _of_stream(view: View, policy: Policy, chart: Drawable, query: Mapping[str, Any]) -> Seen:
    """Analysts read the stream: its people are in their charts, and small groups are not."""
    if "stream:read" not in principal().scopes:
        raise Forbidden(
            "This is drawn from the stream's records: ask as a client with the scope stream:read."
        )
    if chart.of_clinics:
        raise Forbidden("Small groups cannot be kept safe in this chart: ask operations.")
    if query["as_of"] or set(query["by"].split(",")) & {"clinic", "period"}:
        raise Forbidden(
            "Analysts' charts are of the stream as it stands, which has no dates: leave out as_of, "
            "and group by indication, route or integration."
        )
    stream, now = view.stream(), clock.utc_now()
    least = int(policy["cells.min"])
    return Seen(frames_of(stream, now), policy, least, stream.results, now)
