"""One patient in a few numbers, for the list; and what was told of the patient."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.outcomes.domain.axis.results import POLICY_KEYS, Result, primary_instrument
from services.outcomes.domain.progress import judge
from services.outcomes.domain.telling import NOTHING, Told
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import InstrumentCode
from shared.contracts.outcomes import ProgressJudged, Reliable
from shared.contracts.site import Indication
from shared.kernel.policy import Policy, PolicyReference


@dataclass(frozen=True, slots=True)
class LastResult:
    """The last scored result of the primary instrument after a dose."""

    after_dose: int
    score: float


@dataclass(frozen=True, slots=True)
class Summary:
    """`responded` and `remitted`: at any time after a dose; null where it cannot be said.

    `progress`: as it was told to scheduling. `told`: what the network's own reports were told.
    `off_track`, `reliable`: of the last scored result after a dose.
    """

    patient_id: str
    indication: Indication
    instrument: InstrumentCode
    doses: int
    baseline: float | None
    last: LastResult | None
    responded: bool | None
    remitted: bool | None
    policy: PolicyReference
    progress: ProgressJudged | None = None
    told: Told = NOTHING
    off_track: bool | None = None
    reliable: Reliable | None = None
    integrations: int = 0


def summarise(trajectory: Trajectory, results: tuple[Result, ...], policy: Policy) -> Summary:
    instrument = primary_instrument(trajectory.indication)
    primary = [each for each in results if each.instrument == instrument]
    after = [each for each in primary if each.after_dose and each.score is not None]
    baselines = [each.baseline for each in primary if each.baseline is not None]
    return Summary(
        patient_id=trajectory.patient_id,
        indication=trajectory.indication,
        instrument=instrument,
        doses=len(trajectory.doses),
        baseline=baselines[-1] if baselines else None,
        last=_last(after),
        responded=_ever(each.response for each in after),
        remitted=_ever(each.remission for each in after),
        policy=policy.reference(*POLICY_KEYS),
        progress=judge(primary, policy),
        off_track=after[-1].off_track if after else None,
        reliable=after[-1].reliable if after else None,
        integrations=len(trajectory.integrations),
    )


def _last(after: list[Result]) -> LastResult | None:
    if not after:
        return None
    last = after[-1]
    assert last.score is not None, "only scored results are looked at"
    return LastResult(last.after_dose, last.score)


def _ever(said: Iterable[bool | None]) -> bool | None:
    known = [each for each in said if each is not None]
    return any(known) if known else None
