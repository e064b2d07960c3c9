"""The charts that a reader may see: fetched with the reader's own token, each with its words."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from services.console.network.report import SERVICE, Asked, is_analyst
from services.console.reading import Reader
from shared.web.identity import Principal

DRAWN_WITHIN_S = 20.0
"""The first picture of a minute is computed; the others are remembered."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` and `query` as analytics takes them; `title` as the page says it."""

    name: str
    title: str
    query: str

    @property
    def path(self) -> str:
        return f"/outcomes/charts/{self.name}.svg?{self.query}"


@dataclass(frozen=True, slots=True)
class Shown:
    """`words`: all that the chart says, numbers and all. `fault`: why it cannot be shown."""

    chart: Chart
    words: str
    fault: str


def charts_of(who: Principal, asked: Asked) -> Iterator[Chart]:
    """Analysts' charts are drawn from the stream as it stands: by no clinic, as of now."""
    if is_analyst(who):
        yield Chart("survival", "How soon patients respond", "of=response&by=indication")
        yield Chart("survival", "How long a response lasts", "of=durability&by=integration")
        yield Chart("trajectory", "Scores over study days", "")
        yield Chart("waterfall", "The change of each person", "")
        return
    by = "indication" if who.clinic else "clinic"
    if not who.clinic:
        query = asked.query(measure="response", window=asked.window)
        yield Chart("forest", "Response by clinic, and pooled", query)
        yield Chart("funnel", "Clinics, and what chance explains", query)
    yield Chart("survival", "How soon patients respond", asked.query(of="response", by=by))
    by_integration = asked.query(of="durability", by="integration")
    yield Chart("survival", "How long a response lasts", by_integration)
    yield Chart("strengths", "Strengths beside symptoms", asked.query())


def shown(reader: Reader, chart: Chart) -> Shown:
    answer = reader.get(SERVICE, f"/v1/charts/{chart.name}.vl.json?{chart.query}")
    words = str(answer.data.get("description", "")) if answer.data else ""
    return Shown(chart, words, answer.fault)


def drawn(reader: Reader, name: str, query: str) -> tuple[int, bytes]:
    """The picture as SVG, or the status with which analytics refuses it (0: it is away)."""
    url = f"{reader.services.urls.get(SERVICE, '')}/v1/charts/{name}.svg?{query}"
    headers = {"Authorization": f"Bearer {reader.token}"}
    try:
        answer = reader.services.client.get(url, headers=headers, timeout=DRAWN_WITHIN_S)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return 0, b""
    return answer.status_code, answer.content
