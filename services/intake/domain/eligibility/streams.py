"""What each indication asks for beyond what all of them ask: its own evidence."""

from collections.abc import Iterable

from services.intake.domain.eligibility.case import Case, Rule
from services.intake.domain.eligibility.screened import AGE, SCREENED, outdated
from services.intake.domain.evidence.treatment import POLICY_KEYS as TREATMENT_KEYS
from services.intake.domain.evidence.treatment import stage
from shared.contracts.instruments import DADDS, DS_II, MADRS, PCL_5, PHQ_9
from shared.kernel.errors import Reason

DEPRESSION = ("treatment-resistant-depression", "chronic-depression")
DISTRESS = (DADDS.code, DS_II.code)


def _too_mild(case: Case) -> Iterable[Reason]:
    """The clinician's MADRS may show what the patient's PHQ-9 does not."""
    phq_9 = case.patient.screening(PHQ_9.code)
    least, above = case.policy["phq9.eligible_min"], case.policy["madrs.eligible_min"]
    if case.patient.indication not in DEPRESSION or phq_9 is None or phq_9.total is None:
        return
    if phq_9.total >= least or _rated_above(above, case):
        return
    words = (
        f"The PHQ-9 is {phq_9.total:g}, below {least:g}, and no current MADRS is above {above:g}:"
        " too mild for this indication."
    )
    yield Reason("depression-below-threshold", words)


def _rated_above(above: float, case: Case) -> bool:
    madrs = case.patient.screening(MADRS.code)
    current = madrs is not None and not list(outdated(MADRS.code, case))
    return bool(current and madrs and madrs.total is not None and madrs.total > above)


def _not_resistant(case: Case) -> Iterable[Reason]:
    if case.patient.indication != "treatment-resistant-depression":
        return
    history, needed = case.patient.latest(case.patient.histories), case.policy["trd.trials_min"]
    if history is None:
        yield Reason("treatment-history-missing", "There is no treatment history: take one.")
        return
    if history.at > case.at:
        words = "The treatment history is newer than this decision: decide again."
        yield Reason("treatment-history-newer", words)
    found = stage(history, case.policy)
    if found.failed_in_episode < needed:
        words = (
            f"{found.failed_in_episode} drugs failed in adequate trials of this episode"
            f" ({found.failed_in_lifetime} ever), {needed:g} are needed: complete the history, or"
            " go back to the referrer."
        )
        yield Reason("treatment-resistance-not-shown", words)


def _pcl_5_outdated(case: Case) -> Iterable[Reason]:
    return outdated(PCL_5.code, case) if case.patient.indication == "ptsd" else ()


def _distress_not_measured(case: Case) -> Iterable[Reason]:
    """One of the two scales that measure it is enough."""
    if case.patient.indication != "existential-distress":
        return ()
    known = [code for code in DISTRESS if case.patient.screening(code)]
    reasons = [list(outdated(code, case)) for code in known or DISTRESS[:1]]
    return min(reasons, key=len)


RULES = (
    Rule(
        "depression-at-least-moderate",
        "hold",
        "clinical reference 2.5; Hull 2022 (S43), ELEKT-D (S52)",
        _too_mild,
        ("phq9.eligible_min", "madrs.eligible_min"),
    ),
    Rule(
        "treatment-resistance",
        "hold",
        "INT-4; Spravato EU label (S6)",
        _not_resistant,
        TREATMENT_KEYS,
    ),
    Rule("pcl-5-current-for-ptsd", "missing", SCREENED, _pcl_5_outdated, AGE),
    Rule(
        "existential-distress-measured",
        "missing",
        "INT-1; clinical reference 1.1, 2.5 [P]",
        _distress_not_measured,
        AGE,
    ),
)
