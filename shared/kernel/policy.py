"""The network's clinical policy as data, so that a decision can name the version it was made under.

A clinic may tighten values; `Policy.of` gives what is in force there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

PREPARATIONS = {
    "ptsd": "prep.min_count_ptsd",
    "existential-distress": "prep.min_count_existential",
}
"""The key of the least count of preparation sessions, where an indication has its own."""
Tighter = Literal["lower", "higher", "fixed"]
Effect = Literal["none", "note", "review", "monitor-pressure"]


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """What a decision stores: which policy it was made under, and the values it used."""

    id: str
    version: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Term:
    """One value of the network, in a UCUM `unit` (`1`: a count).

    `tighter`: in which direction a clinic may move it; `fixed`: in none.
    """

    value: float
    unit: str
    tighter: Tighter
    source: str

    def is_loosened_by(self, value: float) -> bool:
        return value > self.value if self.tighter == "lower" else value < self.value


@dataclass(frozen=True, slots=True)
class CourseTemplate:
    """A protocol: preparation, then dosing and integration in turn. Lengths in minutes.

    Doses beyond `induction_doses` (0: none are) keep the induction's benefit: they are
    `maintenance_gap_h` apart, at least, and need a benefit or a prescriber's word (SCH-11).
    """

    code: str
    version: str
    route: str
    preparations: int
    doses: int
    dose_gap_h: int
    preparation_min: int
    dosing_min: int
    integration_min: int
    induction_doses: int = 0
    maintenance_gap_h: int = 0


@dataclass(frozen=True, slots=True)
class VitalsSchedule:
    """When a route is measured, in minutes from the first administration (0: at the dose).

    After the last of `vitals_min`, every `then_every_min` until discharge. `cadss_min`: beside the
    one at the end. `mandatory_min`: without these points a discharge needs a reason.
    """

    vitals_min: tuple[int, ...]
    then_every_min: int
    cadss_min: tuple[int, ...]
    mandatory_min: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """An edition of the text for a route and an indication (`any`: where there is no own text)."""

    version: str
    route: str
    indication: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class DrugClass:
    """What taking a drug of this class means for a dose; `words` are for the prescriber."""

    level: Effect
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Antidepressant:
    """`min_mg`: the least daily dose at which a trial of the drug counts as adequate."""

    drug_class: str
    min_mg: float


@dataclass(frozen=True, slots=True)
class Measure:
    """How a change on one instrument is judged; None: nobody has published it.

    `rules` names this row and its version; a change of it is a new name. `sd`, `r`: of reliable
    change (Jacobson & Truax). `meaningful`: the least improvement that patients notice, in points.
    `deteriorated`: the least worsening that calls for a look, and `deteriorated_from_best` the same
    counted from the best score since the baseline. The means and standard deviations of the ill and
    the healthy give the cut-off of clinically significant change.
    """

    rules: str
    sd: float
    r: float
    source: str
    meaningful: float | None = None
    deteriorated: float | None = None
    deteriorated_from_best: float | None = None
    clinical_mean: float | None = None
    clinical_sd: float | None = None
    healthy_mean: float | None = None
    healthy_sd: float | None = None


@dataclass(frozen=True, slots=True)
class ClinicPolicy:
    """What one clinic has tightened."""

    version: str
    effective_from: date
    approved_by: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """One signed version of the policy document. Keys: clinical reference, section 7.5.

    `terms` are the network's, `values` what is in force. `staffing`: per route the roles that must
    be there for a dose, each of them one of several. `resources`: what a kind of session takes
    beside them, in the same shape. `certificates`: what a role must hold to be booked, beside the
    licence. `measures`: by instrument. `regions`:
    where each clinic is, as far as analysts may know. `sources`: of the tables whose rows name
    none.
    """

    id: str
    version: str
    effective_from: date
    approved_by: str
    values: Mapping[str, float]
    terms: Mapping[str, Term]
    protocols: Mapping[str, CourseTemplate]
    schedules: Mapping[str, VitalsSchedule]
    consents: tuple[ConsentText, ...]
    staffing: Mapping[str, tuple[tuple[str, ...], ...]]
    resources: Mapping[str, tuple[tuple[str, ...], ...]]
    certificates: Mapping[str, tuple[str, ...]]
    drugs: Mapping[str, DrugClass]
    antidepressants: Mapping[str, Antidepressant]
    measures: Mapping[str, Measure]
    regions: Mapping[str, str]
    sources: Mapping[str, str]
    clinics: Mapping[str, ClinicPolicy]
    _of: Mapping[str, "Policy"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = {clinic: self._tightened(clinic, found) for clinic, found in self.clinics.items()}
        object.__setattr__(self, "_of", own)

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    def of(self, clinic: str) -> "Policy":
        """The policy in force at a clinic: the network's, unless the clinic has a stricter one."""
        return self._of.get(clinic, self)

    def meta(self, key: str) -> Term:
        """The network's own value of a key, with its unit, source and direction."""
        return self.terms[key]

    def days(self, key: str) -> timedelta:
        return timedelta(days=self.values[key])

    def hours(self, key: str) -> timedelta:
        return timedelta(hours=self.values[key])

    def minutes(self, key: str) -> timedelta:
        return timedelta(minutes=self.values[key])

    def preparations(self, indication: str) -> float:
        """How many preparation sessions come before the first dose, at least."""
        return self.values[PREPARATIONS.get(indication, "prep.min_count")]

    def reference(self, *keys: str) -> PolicyReference:
        return PolicyReference(self.id, self.version, {key: self.values[key] for key in keys})

    def _tightened(self, clinic: str, by: ClinicPolicy) -> "Policy":
        return replace(
            self,
            version=f"{self.version}.{clinic}-{by.version}",
            effective_from=max(self.effective_from, by.effective_from),
            values={**self.values, **by.values},
            clinics={},
        )
