"""Operations: is everything up, what waits, who is silent."""

from typing import Any

from flask import Blueprint, render_template

from services.console import presence
from services.console.places import Figure, Page, Place, with_scope
from services.console.reading import Reader
from shared.contracts.topics import SERVICES
from shared.web.identity import Principal

SCOPE = "ops:read"
ROLE = "operations"
blueprint = Blueprint("operations", __name__, url_prefix="/operations")


def figure(reader: Reader, _who: Principal) -> Figure:
    answers = reader.several((name, "/v1/operations") for name in SERVICES)
    away = [each.service for each in answers if each.status == 0]
    words = f"{', '.join(away)}: no answer" if away else "services answer"
    value = f"{len(answers) - len(away)}/{len(answers)}"
    return Figure(value, words, "bad" if away else "ok")


page = Page(
    blueprint,
    Place(
        "/operations",
        "Operations",
        "The spine, its lanes and gaps, and who is silent.",
        ROLE,
        with_scope(SCOPE),
        figure,
    ),
)


@blueprint.get("")
@presence.needs(with_scope(SCOPE), ROLE)
def overview() -> Any:
    answers = presence.reader().several((name, "/v1/operations") for name in SERVICES)
    return render_template("operations/page.html", answers=answers)
