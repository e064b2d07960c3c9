"""The policy in force: every value with unit, source, and what a clinic has made stricter."""

from typing import Any

from flask import Blueprint, g, render_template

from services.console.places import Figure, Page, Place, everybody
from services.console.reading import Reader
from shared.web.identity import Principal

blueprint = Blueprint("policy", __name__, url_prefix="/policy")


def figure(_reader: Reader, _who: Principal) -> Figure:
    return Figure(g.door.policy.version, "the policy in force")


page = Page(
    blueprint,
    Place(
        "/policy",
        "Policy",
        "Every threshold, its source, and where a clinic is stricter.",
        everybody,
        figure,
    ),
)


@blueprint.get("")
def in_force() -> Any:
    return render_template("policy/page.html", policy=g.door.policy)
