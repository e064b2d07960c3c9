"""Does it help? A notebook on the running demo network, to be read from top to bottom.

From the project's folder, with its .venv active: `marimo edit docs/notebooks/does_it_help.py`
opens it, `python docs/notebooks/does_it_help.py` runs it as a script. Everything comes from the
analysts' stream: random tokens, study days, no names.
"""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import sys

    import marimo as mo

    sys.path.append(str(mo.notebook_dir().parents[1]))
    from shared.client.outcomes import OutcomesStream

    mo.md("# Does it help?\n\nNobody here was randomised: read this as a record, not as a proof.")
    return OutcomesStream, mo


@app.cell
def _(OutcomesStream):
    stream = OutcomesStream.of()
    results = stream.to_polars("results")
    subjects = stream.to_polars("subjects")
    print(f"{subjects.height} people agreed to the stream, {results.height} results")
    return results, stream, subjects


@app.cell
def _(mo, results, subjects):
    """Who is still there? Of everybody with a dose; some of them are not due yet."""
    import polars as pl

    dosed = subjects.filter(pl.col("doses") > 0).height
    primary = results.filter(pl.col("primary"))
    windows = (
        primary.filter(pl.col("window") != "baseline")
        .group_by("window")
        .agg(
            answered=pl.col("subject_token").n_unique(),
            responded=pl.col("response").sum(),
            known=pl.col("response").count(),
        )
        .with_columns(of_dosed=dosed)
        .sort("answered", descending=True)
    )
    print(windows)
    mo.vstack([mo.md("## Completeness and response"), mo.ui.table(windows.to_dicts())])
    return pl, primary


@app.cell
def _(mo, pl, primary):
    """How long does a response last? Who stops coming is censored, never counted as well."""
    from lifelines import KaplanMeierFitter

    begun = primary.filter(pl.col("first_response")).select("subject_token", start="study_day")
    later = primary.join(begun, on="subject_token").filter(pl.col("study_day") >= pl.col("start"))
    lives = (
        later.with_columns(since=pl.col("study_day") - pl.col("start"))
        .group_by("subject_token")
        .agg(
            relapsed=pl.col("since").filter(pl.col("relapse")).min(),
            last=pl.col("since").max(),
        )
        .with_columns(time=pl.coalesce("relapsed", "last"), event=pl.col("relapsed").is_not_null())
    )
    if lives.height:
        fitted = KaplanMeierFitter().fit(lives["time"].to_list(), lives["event"].to_list())
        said = f"n = {lives.height}, relapses {lives['event'].sum()}, median "
        median = fitted.median_survival_time_
        said += "not reached" if median == float("inf") else f"{median:.0f} days"
    else:
        said = "Nobody has responded yet."
    print(said)
    mo.md(f"## Durability\n\n{said}")
    return


@app.cell
def _(mo, stream):
    """The same, drawn by the server: one call each."""
    pictures = [
        stream.charts.survival(of="durability", by="integration"),
        stream.charts.trajectory("phq-9"),
        stream.charts.waterfall("phq-9"),
        stream.charts.strengths(),
    ]
    for each in pictures:
        print(each.spec["description"])
    mo.vstack([mo.Html(each.drawn("svg").decode()) for each in pictures])
    return


@app.cell
def _(mo, stream):
    """SQL, for those who prefer it, over the Parquet export."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import duckdb

    with TemporaryDirectory() as folder:
        saved = Path(folder) / "results.parquet"
        saved.write_bytes(stream.export("results", "parquet").content)
        table = duckdb.sql(
            f"""select instrument, count(*) as n, round(avg(change), 2) as mean_change
                from '{saved}' where "window" = 'end' and change is not null
                group by instrument having count(*) >= 11 order by n desc"""  # noqa: S608
        ).fetchall()
    print(table)
    mo.md(
        "## Mean change at the end of treatment, by instrument\n\n"
        + "\n".join(f"- {name}: {mean} (n = {n})" for name, n, mean in table)
    )
    return


@app.cell
def _(mo):
    mo.md(
        """## What this cannot say

        - No one was randomised or blinded: a change is no effect of the drug by itself.
        - Most are lost to follow-up; who answers after months may not be like who does not.
        - Who attends integration is engaged in other ways too. Only a trial separates them.
        """
    )
    return


if __name__ == "__main__":
    app.run()
