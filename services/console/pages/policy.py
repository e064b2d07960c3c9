"""The policy in force: every value with unit, source, and what a clinic has made stricter."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request

from services.console.places import Figure, Page, Place, everybody
from services.console.policy.tables import tables_of, tightened, values_of
from services.console.reading import Reader
from shared.web.identity import Principal

blueprint = Blueprint("policy", __name__, url_prefix="/policy")


def figure(_reader: Reader, who: Principal) -> Figure:
    network = g.door.policy
    stricter = tightened(network.of(who.clinic), network)
    words = f"{stricter} values are stricter here" if stricter else "is in force"
    return Figure(network.version, words, "info")


page = Page(
    blueprint,
    Place(
        "/policy",
        "Policy",
        "Every threshold with its source, and where a clinic is stricter.",
        everybody,
        figure,
    ),
)


@blueprint.get("")
def in_force() -> Any:
    """The network's policy, or a clinic's (`?clinic=`); people of a clinic read their own."""
    network = g.door.policy
    clinic = g.principal.clinic or request.args.get("clinic", "")
    if clinic and clinic not in network.regions:
        abort(404)
    policy = network.of(clinic)
    return render_template(
        "policy/page.html",
        policy=policy,
        clinic=clinic,
        signed=network.clinics.get(clinic, network),
        clinics=sorted(network.regions) if not g.principal.clinic else [],
        families=values_of(policy, network),
        stricter=tightened(policy, network),
        tables=tables_of(policy),
    )
