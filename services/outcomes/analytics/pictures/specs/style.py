"""What every chart has in common: one look, a title that says what is seen, of whom and as of when.

Colours are Okabe and Ito's, told apart by colour-blind people too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH, LETTERS, TITLE_LETTERS = 460, 78, 50
"""Together with axes and legend it fits into 640 pixels."""
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BLUE, RED, GREEN, GREY = PALETTE[0], PALETTE[1], PALETTE[2], "#6b6b6b"
NAMES = {
    "phq-9": "PHQ-9",
    "gad-7": "GAD-7",
    "pcl-5": "PCL-5",
    "madrs": "MADRS",
    "qids-sr16": "QIDS-SR16",
    "bhs": "BHS (hopelessness)",
    "who-5": "WHO-5 (well-being)",
    "brs": "BRS (resilience)",
    "let": "LET (purpose)",
    "shaps-likert": "SHAPS (numbness)",
    "dadds": "DADDS (dread)",
}
NOTHING = "Nothing can be shown yet: no group is large enough. Ask for fewer groups, or come again."
_CONFIG: Spec = {
    "background": "white",
    "padding": 12,
    "font": "Arial, Liberation Sans, sans-serif",
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "subtitleFontSize": 10.5,
        "subtitleColor": "#444",
        "subtitlePadding": 4,
        "offset": 12,
        "subtitleLineHeight": 14,
    },
    "axis": {"labelFontSize": 11, "titleFontSize": 12, "gridColor": "#e6e6e6", "labelLimit": 200},
    "legend": {
        "orient": "bottom",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "labelLimit": 260,
        "columns": 2,
    },
    "range": {"category": list(PALETTE)},
}


def chart(
    title: str, said: Sequence[str], as_of: datetime, warnings: Sequence[str], **body: Any
) -> Spec:
    """`said`: sentences under the title; the time and the warnings come after them."""
    told = [*said, f"As of {as_of:%Y-%m-%d %H:%M} UTC.", *warnings]
    lines = [line for sentence in told for line in wrap(sentence, LETTERS)]
    return {
        "$schema": SCHEMA,
        "description": " ".join([f"{title}.", *told]),
        "title": {"text": wrap(title, TITLE_LETTERS), "subtitle": lines},
        "config": _CONFIG,
        **body,
    }


def empty(title: str, as_of: datetime, why: str = NOTHING) -> Spec:
    """A chart that says why there is nothing to see."""
    mark = {"type": "text", "fontSize": 12, "color": GREY, "text": "Nothing to show"}
    return chart(
        title,
        [why],
        as_of,
        [],
        width=WIDTH,
        height=60,
        data={"values": [{}]},
        mark=mark,
    )


def quantity(field: str, title: str | None, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, **more}


def nominal(field: str, title: str | None, **more: Any) -> Spec:
    return {"field": field, "type": "nominal", "title": title, **more}


def tip(field: str, title: str, form: str = "") -> Spec:
    kind = "quantitative" if form else "nominal"
    return {"field": field, "type": kind, "title": title} | ({"format": form} if form else {})


def name_of(instrument: str) -> str:
    return NAMES.get(instrument, instrument)


def number(value: float | None, digits: int = 0) -> str:
    return "not known" if value is None else f"{value:.{digits}f}"
