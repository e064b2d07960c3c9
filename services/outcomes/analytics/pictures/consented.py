"""What analysts may compute from: the stream's own records, as the frames that reports read.

The stream tells study days and no dates; day 0 is the same made-up date for everybody.
"""

from datetime import date, datetime

import polars as pl

from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, Frames
from services.outcomes.analytics.view import StreamFrames

DAY_0 = date(2000, 1, 1)


def frames_of(stream: StreamFrames, as_of: datetime) -> Frames:
    """People who agreed to the stream and have not withdrawn; their tokens as patients."""
    who = (pl.col("subject_token").alias("patient_id"), pl.col("clinic_token").alias("clinic"))
    first = pl.when(pl.col("doses") > 0).then(pl.lit(DAY_0))
    patients = stream.subjects.with_columns(
        *who,
        first_dose_on=first,
        last_dose_on=first + pl.duration(days=pl.col("last_dose_day")),
    )
    answered = pl.lit(DAY_0).cast(pl.Datetime("us")) + pl.duration(days=pl.col("study_day"))
    results = stream.results.with_columns(
        *who,
        assessment_id=pl.col("result_id"),
        answered_at=answered.dt.replace_time_zone("UTC"),
    )
    return Frames(
        patients.select(pl.col(name).cast(kind) for name, kind in PATIENTS.items()),
        results.select(pl.col(name).cast(kind) for name, kind in RESULTS.items()).sort(
            "patient_id", "study_day", "assessment_id"
        ),
        as_of,
    )
