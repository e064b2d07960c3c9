"""The audit over HTTP: a clinic's own rows, all of them for operations, and the chain's head."""

from typing import Any

from flask import abort
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import Forbidden

from shared.storage.audit import chain
from shared.storage.audit.rows import BREAK_GLASS
from shared.storage.store import AUDIT, Document, Store
from shared.web.reading import Page, needs, page_of, principal


class AuditQuery(Page):
    """`after` may be a moment as well, since a row's id begins with one: 2026-11-24T08."""

    subject = fields.String(load_default="", validate=validate.Length(max=64))


class AuditRowSchema(Schema):
    id = fields.String()
    at = fields.AwareDateTime()
    service = fields.String()
    who = fields.String()
    roles = fields.List(fields.String())
    clinic = fields.String()
    act = fields.String(metadata={"description": "read, break-glass, replay, discard, …"})
    route = fields.String()
    path = fields.String()
    subject = fields.String(metadata={"description": "the patient, where one was named"})
    status = fields.Integer(metadata={"description": "0: asked for, and not answered yet"})
    reason = fields.String(metadata={"description": "why the glass was broken"})
    traceid = fields.String()
    sealed = fields.Boolean(metadata={"description": "it is in a block of the chain"})


AuditRowPage = page_of(AuditRowSchema)


class AuditHeadSchema(Schema):
    """The last block of the chain. `n` 0: nothing is sealed yet."""

    n = fields.Integer()
    hash = fields.String()
    at = fields.AwareDateTime(allow_none=True)


def blueprint(store: Store) -> Blueprint:
    blp = Blueprint("audit", __name__, url_prefix="/v1", description="Who read what, and why")

    @blp.get("/audit")
    @blp.arguments(AuditQuery, location="query")
    @blp.response(200, AuditRowPage)
    def rows(query: dict[str, Any]) -> dict[str, Any]:
        """Who read what: of the caller's clinic; of all for operations (`ops:read`)."""
        wanted = _whose()
        if query["subject"]:
            wanted |= {"subject": query["subject"]}
        return _page(store, wanted, query["after"], query["limit"])

    @blp.get("/audit/break-glass")
    @blp.arguments(Page, location="query")
    @blp.response(200, AuditRowPage)
    @needs("records:read")
    def broken(query: dict[str, Any]) -> dict[str, Any]:
        """Who of the network read this clinic's records in an emergency, when, what and why."""
        wanted: dict[str, object] = {"clinic": principal().clinic or abort(403)}
        return _page(store, wanted | {"act": BREAK_GLASS}, query["after"], query["limit"])

    @blp.get("/audit/head")
    @blp.response(200, AuditHeadSchema)
    @needs("ops:read")
    def head() -> Document:
        """The chain's last block: what the anchors on Kafka and in the file must agree with."""
        found = chain.head(store.session())
        return {"n": found.n, "hash": found.hash, "at": found.at} if found else _NOTHING

    return blp


_NOTHING: Document = {"n": 0, "hash": "", "at": None}


def _whose() -> dict[str, object]:
    """Which rows the caller may see."""
    who = principal()
    if who.clinic and "records:read" in who.scopes:
        return {"clinic": who.clinic}
    if not who.clinic and "ops:read" in who.scopes:
        return {}
    raise Forbidden("the scope records:read of a clinic is needed, or ops:read")


def _page(store: Store, wanted: dict[str, object], after: str, limit: int) -> dict[str, Any]:
    found = store.session().where(AUDIT, wanted, after=after or None, limit=limit)
    items = [each | {"id": each["_id"], "sealed": "unsealed" not in each} for each in found]
    return {"items": items, "next": found[-1]["_id"] if len(found) == limit else ""}
