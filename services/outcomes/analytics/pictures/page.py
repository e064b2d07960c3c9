"""The analysts' page: how to start, what the columns are, which charts there are. No data in it.

Static on purpose: a token typed into a page is a token that can be stolen from it.
"""

import re
from dataclasses import fields
from functools import cache
from html import escape
from inspect import getdoc
from typing import get_args

from services.outcomes.analytics.columns.exports.files import FORMATS
from services.outcomes.analytics.columns.frames import columns_of
from services.outcomes.analytics.pictures.charts import CHARTS, Drawable
from shared.contracts.outcomes import Measured, OutcomeResult, OutcomeSubject

QUICK_START = """from shared.client.outcomes import OutcomesStream

stream = OutcomesStream.of()
print(stream.to_polars())  # or .to_pandas()
stream.charts.survival(of="durability", by="integration").save("durability.html")"""
WITH_CURL = """N=.run/network.json
TOKEN=$(curl -s $(jq -r .token_endpoint $N) -d grant_type=client_credentials -d client_id=analyst \\
  -d client_secret=$(jq -r .clients.analyst.client_secret $N) | jq -r .access_token)
DATA=$(jq -r .services.analytics.url $N)
get() { curl -s "$DATA/v1/$1" -H "Authorization: Bearer $TOKEN" -H "Accept: $2"; }
get 'charts/survival.svg?by=integration' image/svg+xml > survival.svg
get 'stream?limit=1000' application/x-ndjson > first-thousand.ndjson"""
DOWNLOADS = {
    table: "\n".join(f"get exports/{table}.{each} '*/*' > {table}.{each}" for each in FORMATS)
    for table in ("results", "subjects")
}
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem}
pre{overflow-x:auto;padding:.75rem;border:1px solid #8886;border-radius:.25rem;font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #8886;vertical-align:top}
nav a{margin-right:1rem}
a:focus-visible,pre:focus-visible{outline:3px solid #0072B2}
.warn{border-left:4px solid #D55E00;padding-left:.75rem}
@media print{pre{white-space:pre-wrap}}
"""


@cache
def page() -> bytes:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Outcomes for analysts</title><style>{_STYLE}</style></head><body>
<a href="#start">Skip to the quick start</a>
<header><h1>Outcomes for analysts</h1>
<p>De-identified results on the dose axis, of people who agreed to it. Random tokens for people
and clinics, study days in place of dates. Reading needs a token with the scope
<code>stream:read</code>;
this page does not, for it holds no data.</p></header>
<nav aria-label="On this page"><a href="#start">Quick start</a> <a href="#downloads">Downloads</a>
<a href="#charts">Charts</a> <a href="#subjects">Columns of subjects</a>
<a href="#results">Columns of results</a> <a href="/docs">The API</a></nav>
<main>
<p class="warn">Nobody here was randomised. A change from before to after is no effect of the drug
by itself, and who attends integration differs from who does not.</p>
<h2 id="start">Quick start</h2>
<p>In Python, from the project's folder:</p>{_code(QUICK_START)}
<p>With curl and jq:</p>{_code(WITH_CURL)}
<h2 id="downloads">Downloads</h2>
<p>With <code>get</code> from above; each file with its <a href="#results">columns</a>. Corrections
are folded in, and nobody who withdrew is there. Delete what you keep of a person when the stream
says that they withdrew.</p>
<h3>One row per assessment</h3>{_code(DOWNLOADS["results"])}
<h3>One row per person: the denominators</h3>{_code(DOWNLOADS["subjects"])}
<p>The header <code>Kap-Cursor</code> of a file is where <code>/v1/stream</code> goes on behind it;
<code>/v1/exports</code> lists the files.</p>
<h2 id="charts">Charts</h2>
<p>Each as <code>.vl.json</code> (Vega-Lite), <code>.svg</code>, <code>.png</code> and
<code>.html</code> (interactive, works offline) under <code>/v1/charts/</code>. Groups of fewer
than the smallest cell are left out, and the chart says so.</p>
{_table(("chart", "shows", "for"), _charts())}
<h2 id="columns">Catalogue of columns</h2>
<h3 id="subjects">Subjects: one row per person</h3>
<p>{_words(OutcomeSubject)}</p>{_columns(OutcomeSubject)}
<h3 id="results">Results: one row per assessment</h3>
<p>{_words(Measured)}</p><p>{_words(OutcomeResult)}</p>
{_columns(OutcomeResult)}
</main></body></html>""".encode()


def _charts() -> list[tuple[str, ...]]:
    return [(name, each.words, _readers(each)) for name, each in CHARTS.items()]


def _readers(chart: Drawable) -> str:
    if chart.of_clinics:
        return "operations"
    return "analysts" if chart.of_records else "analysts, operations, clinics of their own"


def _words(contract: type) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(getdoc(contract) or ""))


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _columns(contract: type) -> str:
    kinds = columns_of(contract)
    rows: list[tuple[str, ...]] = [
        (
            each.name,
            str(kinds[each.name]),
            "may be empty" if type(None) in get_args(each.type) else "",
        )
        for each in fields(contract)
    ]
    return _table(("column", "kind", ""), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    cells = "".join(
        f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table>"
