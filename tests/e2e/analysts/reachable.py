"""Everything that an analyst's token opens, byte by byte, each under the name of its place."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import httpx2
import polars as pl

from shared.client.connection import Connection, connect
from shared.client.outcomes import OutcomesStream
from shared.contracts.topics import STREAM
from shared.messaging.kafka_reader import TopicReader
from tests.kit.canary import records_as_output

FORMS = ("vl.json", "svg", "html")
REPORTS = {
    "reports/outcomes": ({}, {"by": ""}, {"by": "clinic"}, {"by": "indication"}, {"by": "x"}),
    "reports/dose-axis": ({},),
    "reports/survival": ({"of": "response"}, {}),
    "reports/integration": ({},),
    "reports/comparison": ({"measure": "response"},),
    "reports/difference": (
        {"measure": "response", "by": "clinic", "first": "riverside", "second": "harbor"},
    ),
    "releases": ({},),
    "releases/none": ({},),
    "charts": ({},),
    "charts/none.svg": ({},),
    "exports": ({},),
    "exports/none.csv": ({},),
    "stream": ({"cursor": "forged"}, {"limit": "none"}, {"indication": "none"}),
}
"""Every route of the analytics process that takes no id, and what is asked of it."""
OUTCOMES: tuple[tuple[str, dict[str, str]], ...] = (
    ("stream/keys", {}),
    ("stream/keys", {"kid": "none"}),
    ("trajectories", {}),
    ("alerts", {}),
)
NDJSON = "application/x-ndjson"
SSE = "text/event-stream"


def everything(network: dict[str, Any]) -> dict[str, Any]:
    """Place -> content."""
    analyst = connect(network, "analyst")
    return {
        **on_kafka(network),
        **exports(network),
        **streams(network),
        **dict(_answers(analyst)),
        **dict(_charts(analyst)),
        "page /data": _page(network),
    }


def on_kafka(network: dict[str, Any]) -> dict[str, Any]:
    reader = TopicReader(network["kafka"]["bootstrap_servers"], STREAM.name)
    opened = OutcomesStream.on_kafka(network).events()
    return {
        "topic": records_as_output(reader.records()),
        "opened records": [asdict(each.data) for each in opened],
    }


def exports(network: dict[str, Any]) -> dict[str, Any]:
    """The files as they are, and what is packed in those that are packed."""
    analyst = connect(network, "analyst")
    found: dict[str, Any] = {}
    listed = analyst.get("analytics", "exports")["tables"]
    for href in (each["href"] for table in listed for each in table["files"]):
        answer = analyst.send("analytics", "GET", href)
        assert answer.status_code == 200, href
        found[href] = _whole(answer)
        if href.endswith(".parquet"):
            found[f"rows of {href}"] = pl.read_parquet(answer.content).to_dicts()
        if href.endswith(".arrow"):
            found[f"rows of {href}"] = pl.read_ipc_stream(answer.content).to_dicts()
    return found


def streams(network: dict[str, Any]) -> dict[str, Any]:
    """From the beginning to the end as it is now, both ways."""
    last = [each.cursor for each in OutcomesStream.of(network).events()][-1]
    analyst = connect(network, "analyst")
    return {"NDJSON": b"".join(_pages(analyst)), "SSE": _live_until(analyst, last)}


def metrics(network: dict[str, Any]) -> dict[str, Any]:
    """Of every process."""
    places = network["services"].values()
    urls = [url for each in places for url in (each["url"], *each["probes"].values())]
    answers = {url: httpx2.get(f"{url}/metrics", timeout=30) for url in urls}
    assert {each.status_code for each in answers.values()} == {200}
    return {f"metrics of {url}": each.content for url, each in answers.items()}


def _answers(analyst: Connection) -> Iterator[tuple[str, bytes]]:
    for path, asked in ((path, each) for path, all_ in REPORTS.items() for each in all_):
        yield f"{path} {asked}", _whole(analyst.send("analytics", "GET", path, params=asked))
    for path, query in OUTCOMES:
        yield (
            f"outcomes: {path} {query}",
            _whole(analyst.send("outcomes", "GET", path, params=query)),
        )
    released = analyst.get("analytics", "releases")["items"]
    for path in (f"releases/{each['id']}" for each in released):
        yield path, _whole(analyst.send("analytics", "GET", path))


def _charts(analyst: Connection) -> Iterator[tuple[str, bytes]]:
    names = [each["name"] for each in analyst.get("analytics", "charts")["items"]]
    for file in (f"{name}.{form}" for name in names for form in FORMS):
        yield f"chart {file}", _whole(analyst.send("analytics", "GET", f"charts/{file}"))


def _whole(answer: httpx2.Response) -> bytes:
    """Headers are bytes that come out too."""
    return repr(answer.headers.raw).encode() + b"\n" + answer.content


def _page(network: dict[str, Any]) -> bytes:
    return httpx2.get(f"{network['services']['analytics']['url']}/data", timeout=30).content


def _pages(analyst: Connection) -> Iterator[bytes]:
    cursor, more = "", "true"
    while more == "true":
        asked = {"cursor": cursor}
        page = analyst.send("analytics", "GET", "stream", params=asked, headers={"Accept": NDJSON})
        yield _whole(page)
        cursor, more = page.headers["Kap-Cursor"], page.headers["Kap-More"]


def _live_until(analyst: Connection, cursor: str) -> bytes:
    read = b""
    with analyst.opened("analytics", "stream", headers={"Accept": SSE}) as answer:
        for piece in answer.iter_bytes():
            read += piece
            if cursor.encode() in read:
                return read
    raise AssertionError("the stream ended before its end was read")
