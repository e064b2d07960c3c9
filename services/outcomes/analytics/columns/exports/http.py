"""`GET /v1/exports`: what there is as a file, and the files; each says where live goes on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import polars as pl
from flask import Response, jsonify
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from services.outcomes.analytics.columns.exports.files import FORMATS
from services.outcomes.analytics.delivery.slots import Slots
from services.outcomes.analytics.view import Places, StreamFrames, View
from shared.codec import json_schema
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject
from shared.runtime import metrics
from shared.runtime.logs import logger
from shared.web.problems import problem
from shared.web.reading import needs, principal

AT_ONCE, RETRY_AFTER_S = 2, 10
CURSOR, ROWS, SCHEMA = "Kap-Cursor", "Kap-Rows", "Kap-Schema"
TABLES: dict[str, type[Any]] = {"results": OutcomeResult, "subjects": OutcomeSubject}
_FULL = (
    "Two exports are being made, which is as many as there may be: come again after Retry-After."
)
_NONE = f"There are {' and '.join(TABLES)}, each as {', '.join(FORMATS)}: see /v1/exports."


@dataclass(frozen=True)
class Exports:
    """`cursor`: places of the stream as the text that goes on from there. `made`: of each file,
    what the last one was."""

    view: View
    cursor: Callable[[Places], str]
    slots: Slots = field(default_factory=lambda: Slots(AT_ONCE))
    made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        stream = self.view.stream()
        tables = [
            {
                "table": name,
                "schema": contract.type,
                "about": " ".join((contract.__doc__ or "").split()),
                "rows": _frame(stream, name).height,
                "columns": _columns(contract),
                "files": [self._file(name, each) for each in FORMATS],
            }
            for name, contract in TABLES.items()
        ]
        return {"tables": tables, "cursor": self.cursor(stream.places)}

    def _file(self, table: str, kind: str) -> dict[str, Any]:
        name = f"{table}.{kind}"
        file = {"href": f"/v1/exports/{name}", "media_type": FORMATS[kind][0]}
        return file | ({"last_made": self.made[name]} if name in self.made else {})

    def answer(self, table: str, kind: str) -> Response:
        stream = self.view.stream()
        frame, cursor = _frame(stream, table), self.cursor(stream.places)
        schema = TABLES[table].type
        places = json.dumps({str(each): place for each, place in stream.places.items()})
        about = {"schema": schema, "cursor": cursor, "places": places}
        media_type, write = FORMATS[kind]
        name = f"{table}.{kind}"
        _audited(name, frame.height)
        hashed = self._hashed(write(frame, about), name, frame.height, cursor)
        answer = Response(hashed, content_type=media_type)
        answer.headers.update({CURSOR: cursor, ROWS: str(frame.height), SCHEMA: schema})
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _hashed(
        self, pieces: Iterator[bytes], name: str, rows: int, cursor: str
    ) -> Iterator[bytes]:
        digest, size = sha256(), 0
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece
        self.made[name] = {
            "sha256": digest.hexdigest(),
            "bytes": size,
            "rows": rows,
            "cursor": cursor,
        }


def blueprint(exports: Exports) -> Blueprint:
    blp = Blueprint("exports", __name__, url_prefix="/v1", description="The stream as files.")

    @blp.get("/exports")
    @needs("stream:read")
    def listed() -> Response:
        """What there is as a file: tables with their columns, and where the stream goes on."""
        return jsonify(exports.listed())

    @blp.get("/exports/<table>.<kind>")
    @needs("stream:read")
    def one(table: str, kind: str) -> Response:
        """The whole table as it stands. Its cursor goes on exactly after it."""
        if table not in TABLES or kind not in FORMATS:
            raise NotFound(_NONE)
        if not exports.slots.take():
            full = problem(429, "Too Many Requests", _FULL)
            full.headers["Retry-After"] = str(RETRY_AFTER_S)
            return full
        try:
            answer = exports.answer(table, kind)
        except BaseException:
            exports.slots.give_back()
            raise
        answer.call_on_close(exports.slots.give_back)
        return answer

    return blp


def _frame(stream: StreamFrames, table: str) -> pl.DataFrame:
    return stream.results if table == "results" else stream.subjects


def _columns(contract: type[Any]) -> list[dict[str, Any]]:
    properties = json_schema.published(contract)["properties"]
    return [{"name": name, **meaning} for name, meaning in properties.items()]


def _audited(name: str, rows: int) -> None:
    who = principal()
    table, _, kind = name.partition(".")
    metrics.EXPORTS.labels(table, kind).inc()
    logger().info("export", who=who.subject, file=name, rows=rows)
