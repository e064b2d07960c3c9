"""Operations: is everything up, what waits, who is silent; and the lanes, looked after."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template, request, url_for

from services.console import presence
from services.console.places import Figure, Page, Place, with_scope
from services.console.reading import Reader
from services.console.spine.reading import board, pressing
from shared.contracts.topics import SERVICES
from shared.runtime import clock
from shared.web.identity import Principal

blueprint = Blueprint("operations", __name__, url_prefix="/operations")
reads = presence.needs(with_scope("ops:read"), "operations (ops:read)")
writes = presence.needs(with_scope("ops:write"), "operations who may act (ops:write)")
ACTS = {"replay": "applied", "discard": "discarded"}
"""What can be done with a lane, and the member of the answer that counts it."""


def figure(reader: Reader, _who: Principal) -> Figure:
    needs = pressing(reader)
    if not needs:
        return Figure("All well", "nothing needs anybody")
    return Figure(str(len(needs)), "to look at now", needs[0].state)


page = Page(
    blueprint,
    Place(
        "/operations",
        "Operations",
        "Every service and site: what waits, what is parked, who is silent.",
        with_scope("ops:read"),
        figure,
    ),
)


@blueprint.get("")
@reads
def overview() -> Any:
    return render_template("operations/page.html", **_live())


@blueprint.get("/live")
@reads
def live() -> Any:
    """The part that is live."""
    return render_template("operations/live.html", **_live())


@blueprint.get("/lanes/<service>")
@reads
def lanes(service: str) -> Any:
    answer = presence.reader().get(_known(service), "/v1/lanes")
    return render_template("operations/lanes.html", service=service, answer=answer)


@blueprint.get("/lanes/<service>/<lane>/<act>")
@writes
def confirm(service: str, lane: str, act: str) -> Any:
    """What the act does, and one button."""
    _known(service, act)
    return render_template("operations/confirm.html", service=service, lane=lane, act=act)


@blueprint.post("/lanes/<service>/<lane>/<act>")
@writes
def do(service: str, lane: str, act: str) -> Any:
    _known(service, act)
    why = {"reason": request.form.get("reason", "")} if act == "discard" else {}
    answer = presence.reader().post(service, f"/v1/lanes/{quote(lane, safe='')}/{act}", **why)
    if answer.fault:
        return render_template(
            "operations/confirm.html", service=service, lane=lane, act=act, answer=answer
        )
    done = answer.data[ACTS[act]]
    return redirect(url_for("operations.lanes", service=service, **{ACTS[act]: done}), 303)


def _live() -> dict[str, Any]:
    return {"at": clock.utc_now().isoformat(), **board(presence.reader())}


def _known(service: str, act: str = "replay") -> str:
    if service not in SERVICES or act not in ACTS:
        abort(404)
    return service
