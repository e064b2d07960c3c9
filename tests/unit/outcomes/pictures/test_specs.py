"""Charts from small fixed answers: valid Vega-Lite that draws, and says of whom and as of when."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import altair
import polars as pl
import pytest

from services.outcomes.analytics.pictures.charts import CHARTS, Seen
from services.outcomes.analytics.pictures.consented import frames_of
from services.outcomes.analytics.pictures.drawing import FORMS, drawn
from services.outcomes.analytics.pictures.specs.comparison import forest, funnel
from services.outcomes.analytics.pictures.specs.people import Records, trajectory, waterfall
from services.outcomes.analytics.pictures.specs.strengths import strengths
from services.outcomes.analytics.pictures.specs.style import PALETTE, Spec
from services.outcomes.analytics.pictures.specs.survival import remaining, survival
from services.outcomes.analytics.report.network import network_report
from tests.kit.analytics.answers import NOON, WARNING, a_comparison, a_curve, a_survival
from tests.kit.analytics.network import demo_frames, demo_stream
from tests.kit.outcomes import POLICY

CELLS_MIN = 11
COUNT_TOLD = re.compile(
    r"(?:\bn = |relapses |responses |events |: |thin: )(?:[1-9]|10)(?![\d.]*\d)(?! ?%)"
)
LOADS = re.compile(rb"""(?:src|href)\s*=\s*["']?https?:|@import|url\(\s*["']?https?:""")


def _specs() -> dict[str, Spec]:
    records = Records(demo_stream().results, "phq-9", NOON, CELLS_MIN)
    network = network_report(demo_frames(), (), POLICY, "phq-9")
    return {
        "survival": survival(a_survival()),
        "survival for analysts": survival(a_survival(), CELLS_MIN),
        "survival of nobody": survival(a_survival(a_curve(patients=6, events=2)), CELLS_MIN),
        "funnel": funnel(a_comparison()),
        "forest": forest(a_comparison()),
        "forest of nobody": forest(replace(a_comparison(), items=())),
        "strengths": strengths(network),
        "trajectory": trajectory(records),
        "waterfall": waterfall(records),
        "waterfall of nobody": waterfall(replace(records, instrument="audit")),
    }


SPECS = _specs()


def walked(of: Any) -> Iterator[Any]:
    """Every value of a specification, however deep."""
    yield of
    if isinstance(of, dict | list | tuple):
        for each in of.values() if isinstance(of, dict) else of:
            yield from walked(each)


def text_of(spec: Spec) -> str:
    return " ".join([*spec["title"]["text"], *spec["title"]["subtitle"]])


@pytest.mark.parametrize("name", SPECS)
def test_every_chart_is_valid_vega_lite(name: str) -> None:
    altair.Chart.from_dict(SPECS[name], validate=True)


@pytest.mark.parametrize("name", SPECS)
def test_every_chart_is_drawn_without_a_warning_and_says_as_of_when(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, svg = drawn(SPECS[name], "svg")
        media_type, png = drawn(SPECS[name], "png")

    assert b"As of 2026-11-23" in svg
    assert media_type == "image/png"
    assert png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [each for each in SPECS if "nobody" not in each])
def test_every_chart_says_of_how_many(name: str) -> None:
    _, svg = drawn(SPECS[name], "svg")

    assert re.search(rb"n = \d+", svg)
    assert re.search(r"n = \d+", SPECS[name]["description"])


@pytest.mark.parametrize("name", SPECS)
def test_every_chart_fits_into_640_pixels(name: str) -> None:
    _, svg = drawn(SPECS[name], "svg")
    width = re.search(rb'width="(\d+)', svg)

    assert width
    assert int(width[1]) <= 640


def test_a_page_asks_nothing_of_anybody() -> None:
    _, page = drawn(SPECS["survival"], "html")

    assert set(FORMS) == {"svg", "png", "html"}
    assert not LOADS.search(page)


def test_the_warning_of_the_report_stands_on_the_chart() -> None:
    assert WARNING in text_of(SPECS["survival"])
    assert WARNING in SPECS["survival"]["description"]


def test_the_log_rank_test_stands_under_the_title() -> None:
    assert "p = 0.0402" in text_of(SPECS["survival"])


def test_at_risk_are_those_who_are_still_there() -> None:
    curve = a_curve(patients=40)

    assert remaining(curve, 0) == 40
    assert remaining(curve, 5) == 40
    assert remaining(curve, 6) == 39
    assert remaining(curve, 1000) is None


def test_analysts_are_told_no_count_from_1_to_10() -> None:
    small = a_survival(a_curve("all", 40, 8), a_curve("some", 9, 3))

    values = survival(small, CELLS_MIN)

    counts = [
        each[key]
        for each in walked(values)
        if isinstance(each, dict)
        for key in ("at_risk", "n", "events", "censored")
        if isinstance(each.get(key), int)
    ]
    assert counts
    assert all(each >= CELLS_MIN for each in counts)
    assert "relapses not told" in text_of(values)
    assert "Not shown, too few people: some." in text_of(values)


def test_operations_see_every_count() -> None:
    spec = survival(a_survival(a_curve("all", 12, 3)))

    assert "n = 12, relapses 3" in text_of(spec)
    assert any(isinstance(each, dict) and each.get("censored") == 1 for each in walked(spec))


@pytest.mark.parametrize(
    ("responders", "told"),
    [
        (0, "Response: 0 of 30."),
        (1, ""),
        (10, ""),
        (11, "Response: 11 of 30."),
        (19, "Response: 19 of 30."),
        (20, ""),
        (30, "Response: 30 of 30."),
    ],
)
def test_the_waterfall_tells_no_count_from_1_to_10_nor_leaves_one_over(
    responders: int, told: str
) -> None:
    spec = waterfall(Records(_answers(responders), "phq-9", NOON, CELLS_MIN))

    found = re.findall(r"Response: \d+ of \d+\.", text_of(spec))
    assert found == ([told] if told else [])


def _answers(responders: int, people: int = 30) -> pl.DataFrame:
    rows = demo_stream().results.filter(
        (pl.col("instrument") == "phq-9") & (pl.col("after_dose") > 0) & (pl.col("change") < 0)
    )
    place = pl.int_range(pl.len())
    return pl.concat([rows.head(1)] * people).with_columns(
        subject_token=place.cast(pl.String), response=place < responders
    )


@pytest.mark.parametrize("instrument", ["phq-9", "who-5", "let", "shaps-likert", "pcl-5"])
@pytest.mark.parametrize("name", ["survival", "strengths", "trajectory", "waterfall"])
def test_no_text_of_an_analysts_chart_states_a_count_from_1_to_10(
    name: str, instrument: str
) -> None:
    stream, as_of = demo_stream(), demo_frames().as_of
    for by in ("", "indication", "route", "indication,route", "integration"):
        seen = Seen(frames_of(stream, as_of), POLICY, CELLS_MIN, stream.results, as_of)
        query = {"of": "durability", "by": by, "unit": "d", "censoring": "last-visit"}

        spec = CHARTS[name].draw(seen, query | {"instrument": instrument})

        said = [each for each in walked(spec) if isinstance(each, str)]
        assert not [each for each in said if COUNT_TOLD.search(each)]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("n = 9 people", True),
        ("relapses 10.", True),
        ("Response: 3 of 40.", True),
        ("n = 11", False),
        ("n = 100", False),
        ("Response: 0 of 40.", False),
        ("p = 0.04", False),
    ],
)
def test_a_text_that_tells_a_small_count_is_found(text: str, is_told: bool) -> None:
    assert bool(COUNT_TOLD.search(text)) == is_told


def test_an_instrument_without_a_rule_for_response_is_not_said_to_have_none() -> None:
    for instrument in ("who-5", "let"):
        spec = waterfall(Records(demo_stream().results, instrument, NOON, CELLS_MIN))

        assert "esponse" not in text_of(spec)
        assert "response" not in {each["state"] for each in spec["layer"][0]["data"]["values"]}


@pytest.mark.parametrize("draw", [funnel, forest])
def test_a_clinic_that_may_not_be_compared_is_named_and_not_drawn(draw: Any) -> None:
    spec = draw(a_comparison())

    assert "Not shown: valley. fewer than 11 patients" in spec["description"]
    drawn_clinics = [each.get("clinic") for each in walked(spec) if isinstance(each, dict)]
    assert "valley" not in drawn_clinics


def test_the_forest_ends_with_what_is_pooled_and_where_a_further_clinic_is_expected() -> None:
    rows = SPECS["forest"]["data"]["values"]

    assert [each["kind"] for each in rows[-2:]] == ["pooled", "a further clinic"]


def test_colours_are_those_that_colour_blind_people_tell_apart() -> None:
    assert set(PALETTE) <= {
        *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
    }


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("people", [0, 20])
def test_before_anybody_has_answered_every_chart_says_that_there_is_nothing_yet(
    name: str, people: int
) -> None:
    whole, rows = demo_frames(), demo_stream().results.head(0)
    frames = replace(whole, results=whole.results.head(0), patients=whole.patients.head(people))
    seen = Seen(frames, POLICY, CELLS_MIN, rows, whole.as_of)
    query = {"of": "durability", "by": "", "unit": "d", "censoring": "last-visit"}

    spec = CHARTS[name].draw(
        seen, query | {"instrument": None, "measure": "response", "window": "end"}
    )

    assert spec["mark"]["text"] == "Nothing to show"


def test_a_mean_is_drawn_of_no_fewer_people_than_a_cell() -> None:
    means = SPECS["trajectory"]["layer"][-1]["data"]["values"]

    assert means
    assert all(each["n"] >= CELLS_MIN for each in means)


def test_the_waterfall_falls() -> None:
    rows = SPECS["waterfall"]["layer"][0]["data"]["values"]
    changes = [each["percent"] for each in rows]

    assert changes == sorted(changes)
    assert {each["state"] for each in rows} >= {"response", "no response"}


def test_the_frames_of_the_stream_make_the_same_curve_as_those_of_the_network() -> None:
    query = {"of": "response", "by": "", "unit": "d", "censoring": "last-visit", "instrument": None}
    own = demo_frames()
    seen = Seen(own, POLICY, 0, None, own.as_of)
    consented = replace(seen, frames=frames_of(demo_stream(), own.as_of))

    assert CHARTS["survival"].draw(consented, query) == CHARTS["survival"].draw(seen, query)


def test_who_has_a_rare_indication_is_in_the_curve_as_other() -> None:
    stream, as_of = demo_stream(), demo_frames().as_of
    rare = pl.when(pl.col("indication") == "existential-distress").then(pl.lit("other"))
    subjects = stream.subjects.with_columns(indication=rare.otherwise(pl.col("indication")))
    seen = Seen(frames_of(replace(stream, subjects=subjects), as_of), POLICY, 0, None, as_of)
    query = {"of": "response", "unit": "d", "censoring": "last-visit", "instrument": None}

    spec = CHARTS["survival"].draw(seen, query | {"by": "indication"})

    groups = {each.get("group") for each in walked(spec) if isinstance(each, dict)}
    assert "other" in groups
