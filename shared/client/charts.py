"""Charts by one call: the server draws, so that nothing but this client is needed.

Charts.of(network).survival(of="durability", by="integration").save("durability.svg")
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from shared.client.calls import Calls
from shared.client.connection import Connection, connect, raise_for

MIME = "application/vnd.vegalite.v6+json"
FORMS = {".svg": "svg", ".png": "png", ".html": "html", ".json": "vl.json"}
SERVICE = "analytics"


@dataclass(frozen=True)
class Chart:
    """One chart as asked for; fetched when it is looked at or saved."""

    name: str
    _connection: Connection = field(repr=False)
    asked: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def spec(self) -> dict[str, Any]:
        """Vega-Lite. Raises NotAllowed, Refused, NotAnswering, as does everything here."""
        found: dict[str, Any] = json.loads(self.drawn("vl.json"))
        return found

    def drawn(self, form: str) -> bytes:
        """As `svg`, `png`, `html` or `vl.json`."""
        path = f"charts/{self.name}.{form}"
        answer = self._connection.send(SERVICE, "GET", path, params=dict(self.asked))
        raise_for(answer)
        return answer.content

    def save(self, path: str | Path) -> Path:
        """By its ending: .svg, .png, .html (interactive, works offline) or .json (Vega-Lite)."""
        target = Path(path)
        if target.suffix not in FORMS:
            raise ValueError(f"Save {target.name} as one of {', '.join(FORMS)}.")
        target.write_bytes(self.drawn(FORMS[target.suffix]))
        return target

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Notebooks show it as a chart, other places as its title."""
        return {MIME: self.spec, "text/plain": self.spec["description"]}


class Charts:
    """Each chart by its name; the arguments are those of `/v1/charts`, strings all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def of(
        cls, network: Mapping[str, Any], client_id: str = "analyst", calls: Calls | None = None
    ) -> "Charts":
        """`network`: the content of network.json."""
        return cls(connect(network, client_id, calls))

    def survival(self, of: str = "durability", by: str = "", **more: str) -> Chart:
        """How long a response lasts, or how soon it comes (`of` response)."""
        return self.named("survival", of=of, by=by, **more)

    def strengths(self, **more: str) -> Chart:
        return self.named("strengths", **more)

    def trajectory(self, instrument: str = "phq-9") -> Chart:
        return self.named("trajectory", instrument=instrument)

    def waterfall(self, instrument: str = "phq-9") -> Chart:
        return self.named("waterfall", instrument=instrument)

    def funnel(self, measure: str = "response", **more: str) -> Chart:
        """For operations: it shows clinics."""
        return self.named("funnel", measure=measure, **more)

    def forest(self, measure: str = "response", **more: str) -> Chart:
        """For operations: it shows clinics."""
        return self.named("forest", measure=measure, **more)

    def named(self, name: str, **asked: str) -> Chart:
        return Chart(name, self._connection, {key: each for key, each in asked.items() if each})
