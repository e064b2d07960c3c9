"""The stream as files: every format reads back the same, and its cursor goes on exactly there."""

from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api
from polars.testing import assert_frame_equal
from structlog.testing import capture_logs

from services.outcomes.analytics.columns.exports.http import Exports, blueprint
from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.delivery.slots import Slots
from shared.contracts.outcomes import OutcomeResult
from shared.web import problems
from shared.web.identity import Principal
from tests.kit.analytics.columns import Keys, columns, record, records, told

CURSORS = Cursors(bytes(32), lambda: "topic-1")
READ: dict[str, Any] = {
    "parquet": pl.read_parquet,
    "ndjson": lambda file: pl.read_ndjson(file, infer_schema_length=None),
    "csv": lambda file: pl.read_csv(file, infer_schema_length=None),
    "arrow": pl.read_ipc_stream,
}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    keys = Keys("amber", "birch")
    view = columns(tmp_path, keys)
    said = [told(each, result_id=f"{each}-1") for each in ("amber", "birch")]
    rows = [record(keys.seal(each), each.subject_token, n) for n, each in enumerate(said)]
    view.take("outcomes.stream", records(rows))
    return Exports(view, CURSORS.text)


def client(exports: Exports, *scopes: str) -> FlaskClient:
    app = Flask("analytics")
    app.config.update(API_TITLE="analytics", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(exports))
    problems.register(app)
    who = Principal("an-analyst", "", "", frozenset(), frozenset(scopes))
    app.before_request(lambda: setattr(g, "principal", who))
    return app.test_client()


@pytest.mark.parametrize("kind", READ)
def test_every_format_reads_back_as_the_table(exports: Exports, kind: str) -> None:
    answer = client(exports, "stream:read").get(f"/v1/exports/results.{kind}")

    read, table = READ[kind](BytesIO(answer.data)), exports.view.stream().results
    kept = [name for name in table.columns if table[name].null_count() == 0]
    assert sorted(read.columns) == sorted(table.columns)
    assert_frame_equal(
        read.select(kept), table.select(kept), check_dtypes=kind in ("parquet", "arrow")
    )
    assert (answer.headers["Kap-Rows"], answer.headers["Kap-Schema"]) == ("2", OutcomeResult.type)
    oldest = CURSORS.places(answer.headers["Kap-Cursor"], exports.view.log, lambda: True)
    assert oldest == {0: 2}, "live goes on after the last record that the file is made from"


def test_a_parquet_file_says_what_it_was_made_from_and_duckdb_reads_it(
    exports: Exports, tmp_path: Path
) -> None:
    file = tmp_path / "results.parquet"
    file.write_bytes(client(exports, "stream:read").get("/v1/exports/results.parquet").data)

    about = pl.read_parquet_metadata(file)
    found = duckdb.read_parquet(str(file)).aggregate("count(*), avg(score)")

    assert about["schema"] == OutcomeResult.type
    assert about["places"] == '{"0": 2}'
    assert found.fetchall() == [(2, 9.0)]


def test_the_list_says_what_there_is_and_the_hash_of_what_was_made(exports: Exports) -> None:
    analyst = client(exports, "stream:read")
    made = analyst.get("/v1/exports/results.csv").data
    listed = analyst.get("/v1/exports").get_json()

    results = listed["tables"][0]
    file = next(each for each in results["files"] if each["href"].endswith("results.csv"))
    assert (results["rows"], file["last_made"]["bytes"]) == (2, len(made))
    assert {each["name"] for each in results["columns"]} == set(
        exports.view.stream().results.columns
    )


def test_two_at_once_and_no_more(exports: Exports) -> None:
    full = Exports(exports.view, exports.cursor, Slots(1))
    full.slots.take()

    answer = client(full, "stream:read").get("/v1/exports/results.csv")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert "come again" in answer.get_json()["detail"]


def test_a_place_is_given_back_after_each_export(exports: Exports) -> None:
    analyst = client(exports, "stream:read")

    answers = [
        analyst.get("/v1/exports/subjects.ndjson", buffered=True).status_code for _ in range(5)
    ]

    assert answers == [200] * 5


def test_nobody_exports_without_the_scope_and_who_does_is_noted(exports: Exports) -> None:
    refused = client(exports, "network:read").get("/v1/exports/results.parquet")
    with capture_logs() as lines:
        client(exports, "stream:read").get("/v1/exports/results.parquet")

    assert refused.status_code == 403
    assert [(e["who"], e["file"], e["rows"]) for e in lines if e["event"] == "export"] == [
        ("an-analyst", "results.parquet", 2)
    ]


@pytest.mark.parametrize("name", ["results.xlsx", "patients.csv", "results"])
def test_what_there_is_not_is_a_404(exports: Exports, name: str) -> None:
    answer = client(exports, "stream:read").get(f"/v1/exports/{name}")

    assert answer.status_code == 404
