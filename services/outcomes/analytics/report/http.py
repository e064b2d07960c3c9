"""The reports over HTTP. A clinic sees its own rows; operations all; analysts what is released."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, get_args

import orjson
import polars as pl
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from werkzeug.exceptions import Forbidden, NotFound

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.comparison import By, comparison_report, difference_report
from services.outcomes.analytics.report.counting.people import WINDOWS
from services.outcomes.analytics.report.counts import DIMENSIONS
from services.outcomes.analytics.report.dose_axis import dose_axis_report
from services.outcomes.analytics.report.integration import integration_report
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import (
    Answer,
    ComparisonReport,
    DifferenceReport,
    DoseAxisReport,
    IntegrationReport,
    Measure,
    NetworkReport,
    SurvivalReport,
)
from services.outcomes.analytics.report.survival import Asked, Censoring, survival_report
from services.outcomes.analytics.view import View
from shared.codec.schema import moment, schema_class
from shared.contracts.instruments import INSTRUMENTS
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.web.reading import principal

Released = Callable[[tuple[str, ...]], Answer | dict[str, Any]]
"""By which dimensions -> the newest release's report, as it was published. It refuses the rest."""
_CODES = sorted(code for code, each in INSTRUMENTS.items() if each.measures == "outcome")


def blueprint(view: View, policy: Policy, released: Released | None = None) -> Blueprint:
    blp = Blueprint(
        "reports", __name__, url_prefix="/v1/reports", description="What the network achieves."
    )
    _outcomes(blp, view, policy, released)
    _dose_axis(blp, view, policy)
    _survival(blp, view, policy)
    _integration(blp, view, policy)
    _comparisons(blp, view, policy)
    return blp


def _report(blp: Blueprint, path: str, query: type[Schema], answer: type[Answer]) -> Any:
    """A route that answers a query with a report, described by the schema of `answer`."""

    def route(report: Callable[[dict[str, Any]], Answer | dict[str, Any]]) -> Any:
        @blp.get(path)
        @blp.arguments(query, location="query")
        @blp.response(200, schema_class(answer))
        @wraps(report)
        def told(asked: dict[str, Any]) -> Response:
            # Hundreds of rows, each with dozens of rates: written as it is, its schema is tested.
            content = orjson.dumps(report(asked), option=orjson.OPT_UTC_Z)
            return Response(content, content_type="application/json")

        return told

    return route


def _outcomes(blp: Blueprint, view: View, policy: Policy, released: Released | None) -> None:
    @_report(blp, "/outcomes", ReportQuery, NetworkReport)
    def outcomes(query: dict[str, Any]) -> Answer | dict[str, Any]:
        """Rates with their denominators and those lost, mean changes, effect sizes, per group."""
        by, instrument = _by(query), query["instrument"]
        if not _is_analyst():
            return network_report(_frames(view, query), by, policy, instrument)
        if released is None or instrument or query["as_of"]:
            raise Forbidden(
                "Analysts see the newest release: leave out instrument and as_of, read an older "
                "one under /v1/releases, or compute it from the stream."
            )
        return released(by)


def _dose_axis(blp: Blueprint, view: View, policy: Policy) -> None:
    @_report(blp, "/dose-axis", ReportQuery, DoseAxisReport)
    def dose_axis(query: dict[str, Any]) -> Answer:
        """Change a day, a week and a month after each dose; suicidal thoughts as counts."""
        frames = _all_counts(view, query)
        return dose_axis_report(frames, _by(query), policy, query["instrument"])


def _survival(blp: Blueprint, view: View, policy: Policy) -> None:
    @_report(blp, "/survival", SurvivalQuery, SurvivalReport)
    def survival(query: dict[str, Any]) -> Answer:
        """Kaplan-Meier curves: until response comes, or until it is lost again."""
        asked = Asked(query["of"], query["instrument"], query["unit"], query["censoring"])
        return survival_report(_all_counts(view, query), asked, _by(query), policy)


def _integration(blp: Blueprint, view: View, policy: Policy) -> None:
    @_report(blp, "/integration", IntegrationQuery, IntegrationReport)
    def integration(query: dict[str, Any]) -> Answer:
        """Outcomes by integration attended. Observational: the answer says what that means."""
        frames = _all_counts(view, query)
        return integration_report(frames, policy, query["instrument"], query["censoring"])


def _comparisons(blp: Blueprint, view: View, policy: Policy) -> None:
    @_report(blp, "/comparison", ComparisonQuery, ComparisonReport)
    def comparison(query: dict[str, Any]) -> Answer:
        """Clinics in a funnel, and pooled; those too small or too little followed are hidden."""
        frames = _of_network(view, query)
        by = By(query["measure"], query["window"], query["instrument"])
        return comparison_report(frames, by, policy)

    @_report(blp, "/difference", DifferenceQuery, DifferenceReport)
    def difference(query: dict[str, Any]) -> Answer:
        """Two groups of one dimension: first minus second, by Miettinen and Nurminen."""
        frames = _of_network(view, query)
        by = By(query["measure"], query["window"], query["instrument"])
        groups = (query["first"], query["second"])
        try:
            return difference_report(frames, by, query["by"], groups, policy)
        except KeyError as missing:
            raise NotFound(f"nobody who had a dose is in {query['by']} {missing}") from missing


def _is_analyst() -> bool:
    """Small counts are for the clinic itself and for operations; for nobody else (OUT-7)."""
    caller = principal()
    return not caller.clinic and ("analyst" in caller.roles or "operations" not in caller.roles)


def _all_counts(view: View, query: dict[str, Any]) -> Frames:
    """For those who may see small counts."""
    if _is_analyst():
        raise Forbidden(
            "Small groups cannot be kept safe in this report: fetch the stream and compute it from "
            "there, or ask operations."
        )
    return _frames(view, query)


def _of_network(view: View, query: dict[str, Any]) -> Frames:
    if principal().clinic:
        raise Forbidden("Other clinics are in this report: ask operations, who see the network.")
    return _all_counts(view, query)


def _frames(view: View, query: dict[str, Any]) -> Frames:
    clinic = principal().clinic
    scope = "records:read" if clinic else "network:read"
    if scope not in principal().scopes:
        raise Forbidden(f"the scope {scope} is needed")
    frames = view.frames(moment(query["as_of"]) if query["as_of"] else None)
    if not clinic:
        return frames
    own = pl.col("clinic") == clinic
    return replace(frames, patients=frames.patients.filter(own), results=frames.results.filter(own))


def _by(query: dict[str, Any]) -> Any:
    return tuple(query["by"].split(",")) if query["by"] else ()


def _are_dimensions(by: str) -> None:
    named = by.split(",") if by else []
    if len(set(named)) != len(named) or not set(named) <= set(DIMENSIONS):
        raise ValidationError(f"some of {', '.join(DIMENSIONS)}, with commas, each once")


def _is_past(as_of: str) -> None:
    try:
        known: datetime = moment(as_of)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if known > clock.utc_now():
        raise ValidationError("a time to come: leave it out for now, or give one that is past")


class _Query(Schema):
    as_of = fields.String(load_default="", validate=_is_past)
    instrument = fields.String(load_default=None, validate=validate.OneOf(_CODES))


class ReportQuery(_Query):
    by = fields.String(load_default="clinic,indication", validate=_are_dimensions)


class SurvivalQuery(_Query):
    of = fields.String(required=True, validate=validate.OneOf(["response", "durability"]))
    by = fields.String(load_default="", validate=_are_dimensions)
    unit = fields.String(load_default="d", validate=validate.OneOf(["d", "doses"]))
    censoring = fields.String(
        load_default="last-visit", validate=validate.OneOf(get_args(Censoring))
    )


class IntegrationQuery(_Query):
    instrument = fields.String(load_default="phq-9", validate=validate.OneOf(_CODES))
    censoring = fields.String(
        load_default="last-visit", validate=validate.OneOf(get_args(Censoring))
    )


class ComparisonQuery(_Query):
    measure = fields.String(required=True, validate=validate.OneOf(get_args(Measure)))
    window = fields.String(load_default="end", validate=validate.OneOf(WINDOWS))

    @validates_schema
    def names_an_instrument(self, query: dict[str, Any], **_: Any) -> None:
        if query.get("measure") == "mean-change" and not query.get("instrument"):
            raise ValidationError("a mean is of one instrument: name it", "instrument")


class DifferenceQuery(_Query):
    measure = fields.String(
        required=True,
        validate=validate.OneOf([each for each in get_args(Measure) if each != "mean-change"]),
    )
    window = fields.String(load_default="end", validate=validate.OneOf(WINDOWS))
    by = fields.String(required=True, validate=validate.OneOf(DIMENSIONS))
    first = fields.String(required=True, validate=validate.Length(1, 64))
    second = fields.String(required=True, validate=validate.Length(1, 64))
