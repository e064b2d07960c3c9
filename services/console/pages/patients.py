"""Patients: the clinic's list by token, and each one's course on a time line. No name is here."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, render_template, request

from services.console import presence
from services.console.course.listing import listing
from services.console.course.reading import course_of
from services.console.pages.clinic import of_a_clinic, reads
from services.console.places import Figure, Page, Place
from services.console.reading import Reader
from shared.contracts.topics import OUTCOMES
from shared.runtime import clock
from shared.web.identity import Principal

blueprint = Blueprint("patients", __name__, url_prefix="/patients")


def figure(reader: Reader, _who: Principal) -> Figure:
    answer = reader.get(OUTCOMES, "/v1/trajectories", off_track="true", limit=100)
    if not answer.data:
        return Figure("–", answer.fault, "unknown")
    count = len(answer.data["items"])
    return Figure(str(count), "off track: look at them", "warn" if count else "ok")


page = Page(
    blueprint,
    Place(
        "/patients",
        "Patients",
        "Each patient's course on one time line, from referral to the last answer.",
        of_a_clinic,
        figure,
    ),
)


@blueprint.get("")
@reads
def everybody() -> Any:
    after = request.args.get("after", "")[:200]
    found = listing(presence.reader(), quote(after, safe=""))
    return render_template("patients/list.html", found=found, after=after)


@blueprint.get("/<patient_id>")
@reads
def one(patient_id: str) -> Any:
    course = course_of(presence.reader(), patient_id, clock.utc_now())
    if not course.known and not course.faults:
        abort(404)
    return render_template("patients/page.html", course=course)
