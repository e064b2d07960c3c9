"""`GET /v1/stream/exports/<what>.<form>`: the rows now, and in `Kap-Cursor` what comes after."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import polars as pl
from flask import Response, abort
from flask_smorest import Blueprint

from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.delivery.slots import EXPORTS, Slots
from services.outcomes.analytics.view import StreamFrames
from shared.runtime.logs import logger
from shared.web.problems import problem
from shared.web.reading import needs, principal

CHUNK = 1 << 20
RETRY_AFTER_S = 5
_FULL = "Others are taking exports: come again after Retry-After."
_Writer = Callable[[pl.DataFrame, BytesIO], Any]
_FORMS: dict[str, tuple[str, _Writer]] = {
    "parquet": ("application/vnd.apache.parquet", lambda frame, file: frame.write_parquet(file)),
    "arrow": (
        "application/vnd.apache.arrow.file",
        lambda frame, file: frame.write_ipc(file, compat_level=pl.CompatLevel.oldest()),
    ),
    "csv": ("text/csv; charset=utf-8", lambda frame, file: frame.write_csv(file)),
    "ndjson": ("application/x-ndjson", lambda frame, file: frame.write_ndjson(file)),
}


def blueprint(
    frames: Callable[[], StreamFrames], cursors: Cursors, slots: Slots | None = None
) -> Blueprint:
    """`slots`: so many exports are written at once."""
    blp = Blueprint("exports", __name__, url_prefix="/v1", description="The stream as one file.")
    places = slots or Slots(EXPORTS)

    @blp.get("/stream/exports/<any(results, subjects):what>.<form>")
    @needs("stream:read")
    def export(what: str, form: str) -> Response:
        """All current rows, nothing retracted, nobody who withdrew: parquet, arrow, csv, ndjson."""
        if form not in _FORMS:
            abort(404, f"Ask for one of {', '.join(_FORMS)}.")
        if not places.take():
            full = problem(429, "Too Many Requests", _FULL)
            full.headers["Retry-After"] = str(RETRY_AFTER_S)
            return full
        try:
            return _exported(frames(), what, form, cursors)
        finally:
            places.give_back()

    return blp


def _exported(stream: StreamFrames, what: str, form: str, cursors: Cursors) -> Response:
    frame = stream.results if what == "results" else stream.subjects
    content_type, write = _FORMS[form]
    file = BytesIO()
    write(frame, file)
    logger().info("stream export", who=principal().subject, what=what, rows=frame.height)
    answer = Response(_chunks(file.getbuffer()), content_type=content_type)
    answer.headers["Content-Length"] = str(file.getbuffer().nbytes)
    answer.headers["Content-Disposition"] = f'attachment; filename="{what}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Kap-Cursor"] = cursors.text(stream.places)
    return answer


def _chunks(content: memoryview) -> Iterator[bytes]:
    return (bytes(content[at : at + CHUNK]) for at in range(0, content.nbytes, CHUNK))
