"""What the read APIs share: who may read what, pages, entity tags."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Response, abort, after_this_request, g, request
from marshmallow import RAISE, Schema, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import Forbidden

from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads
from shared.storage.store import Store
from shared.web.identity import Principal

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
PAGE_DEFAULT, PAGE_MAX = 50, 200

# webargs drops unknown query arguments before the schema sees them; a filter that is spelt wrongly
# would answer as if it had not been there. None: the schema's own word counts (RAISE).
FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION = {
    **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
    "query": None,
}


class Most(Schema):
    """Query argument of a list without pages: at most so many."""

    class Meta:
        unknown = RAISE

    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(1, PAGE_MAX))


class Page(Most):
    """Query arguments of every other list: `after` is the `next` of the page before."""

    after = fields.String(load_default="", validate=validate.Length(max=200))


def principal() -> Principal:
    found: Principal = g.principal
    return found


def needs(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The route answers only callers whose token carries `scope`."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if scope not in principal().scopes:
                raise Forbidden(f"the scope {scope} is needed")
            return view(*args, **kwargs)

        return guarded

    return decorate


def needs_no_token(view: Callable[P, R]) -> Callable[P, R]:
    """The route answers whoever knows its address, which is a secret: nobody is asked who it is."""
    view.needs_no_token = True  # type: ignore[attr-defined]  # shared.web.app looks for it
    return view


def clinic_reads(store: Store) -> Reads:
    """Reads of the caller's own clinic; a caller without a clinic has none to read."""
    if not principal().clinic:
        raise Forbidden("a clinic's token is needed")
    return Reads(store, principal().clinic)


def clinic_policy(policy: Policy) -> Policy:
    """The policy in force at the caller's clinic."""
    return policy.of(principal().clinic)


def found(read: Read[T] | None) -> T:
    """The view, with its entity tag (which the app turns into 304 where it is known); or 404."""
    if read is None:
        abort(404)
    version = read.version

    @after_this_request
    def tag(response: Response) -> Response:
        response.set_etag(str(version))
        return response

    return read.aggregate


def paged(reads: Sequence[Read[T]]) -> dict[str, Any]:
    """One page: the views, and the cursor of the next page (empty: this was the last)."""
    limit = int(request.args.get("limit", PAGE_DEFAULT))
    more = reads[limit - 1].cursor if len(reads) >= limit else ""
    return {"items": [each.aggregate for each in reads], "next": more}


def bounded(items: Sequence[Any], limit: int) -> dict[str, Any]:
    """Of a list that was asked for one more than `limit`: as many, and whether there are more."""
    return {"items": items[:limit], "more": len(items) > limit}


def bounded_of(item: type[Schema]) -> type[Schema]:
    """The response schema of a list of `item` that has no pages."""
    members = {"items": fields.List(fields.Nested(item)), "more": fields.Boolean()}
    return type(f"{item.__name__.removesuffix('Schema')}ListSchema", (Schema,), members)


def page_of(item: type[Schema]) -> type[Schema]:
    """The response schema of a list of `item`."""
    members = {"items": fields.List(fields.Nested(item)), "next": fields.String()}
    return type(f"{item.__name__.removesuffix('Schema')}PageSchema", (Schema,), members)
