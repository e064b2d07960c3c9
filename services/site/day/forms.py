"""The forms of the day: each is one event, filled in with the golden example of its type."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.contracts import site
from shared.kernel.errors import Malformed

DAY: tuple[tuple[str, type[Any]], ...] = (
    ("Somebody is referred", site.ReferralReceived),
    ("They answer a screening", site.ScreeningAnswered),
    ("A clinician makes a diagnosis", site.DiagnosisMade),
    ("Vital signs are taken", site.VitalSignsTaken),
    ("The medications are listed", site.MedicationsListed),
    ("A friend will take them home", site.EscortIntroduced),
    ("They answer the PHQ-9", site.AssessmentAnswered),
)
_NEVER_ASKED = frozenset({"amends", "total", "definition"})


@dataclass(frozen=True, slots=True)
class Form:
    """`fields`: what is asked, with what is proposed."""

    words: str
    type: str
    fields: Mapping[str, Any]


def forms() -> list[Form]:
    return [Form(words, kind.type, _proposed(kind.type)) for words, kind in DAY]


def understood(field: str, text: str, proposed: Any) -> Any:
    """What was typed, as a value of the kind of what was proposed. Raises BadEvent."""
    if isinstance(proposed, str):
        return text
    try:
        return strict_json.loads(text.encode())
    except Malformed as fault:
        raise BadEvent(f"{field} is typed as JSON, such as {_json(proposed)}.") from fault


def shown(proposed: Any) -> str:
    return proposed if isinstance(proposed, str) else _json(proposed)


def _json(value: Any) -> str:
    return strict_json.dumps(value).decode()


def _proposed(kind: str) -> Mapping[str, Any]:
    file = resources.files("shared.contracts") / "examples" / f"{kind}.json"
    data = strict_json.loads(file.read_bytes())["data"]
    return {name: value for name, value in data.items() if name not in _NEVER_ASKED}
