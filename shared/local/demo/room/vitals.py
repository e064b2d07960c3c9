"""Vital signs of a dosing session, and who answers for what they say before the dose."""

from math import exp
from random import Random

from shared.contracts import site
from shared.contracts.site import Route
from shared.local.demo.people import Person

MEASURED_AT: dict[Route, tuple[int, ...]] = {
    "iv": (10, 20, 30, 40, 55, 70, 85),
    "im": (10, 20, 30, 45, 60, 90, 118),
    "sl": (20, 40, 60, 90, 118),
    "esketamine": (20, 40, 80, 118),
}
"""Minutes after the dose (clinical reference 3.2)."""
FORGOTTEN: dict[Route, int] = {"iv": 55, "im": 60, "sl": 40, "esketamine": 80}
"""The minute at which nobody measures where nobody watches; none that must be there (SES-4)."""
CALM_AGAIN = 80
"""Minutes after the dose."""
REVIEWED = 140, 90
"""Above this pressure a prescriber answers for the dose (clinical reference 2.2)."""


def reviewed(before: site.ObservationRecorded) -> tuple[site.Override, ...]:
    systolic, diastolic = REVIEWED
    if before.systolic <= systolic and before.diastolic <= diastolic:
        return ()
    return (
        site.Override("blood-pressure-review", "prescriber", "prescriber-1", "benefit-outweighs"),
    )


def vitals(
    person: Person,
    encounter_id: str,
    minute: int | None,
    throw: Random,
    weight_kg: float | None = None,
) -> site.ObservationRecorded:
    """Blood pressure and pulse rise after the dose and are back within two hours.

    The rise is +16.0 (SD 11.2) / +11.0 (SD 8.45) at its peak (clinical reference 2.2, Yale).
    """
    own = person.dice("vitals")
    rise = 0.0 if minute is None else (minute / 30) * exp(1 - minute / 30)
    pressure = own.gauss(0, 8)
    most = (178, 114) if minute is None or minute < CALM_AGAIN else REVIEWED
    return site.ObservationRecorded(
        encounter_id,
        systolic=round(
            min(most[0], 122 + pressure + max(0, own.gauss(16, 11.2)) * rise + throw.gauss(0, 3))
        ),
        diastolic=round(
            min(most[1], 76 + pressure / 2 + max(0, own.gauss(11, 8.45)) * rise + throw.gauss(0, 2))
        ),
        heart_rate=round(max(52, min(132, 71 + own.gauss(0, 7) + 13 * rise + throw.gauss(0, 3)))),
        oxygen_saturation=round(max(92, min(100, 97.6 - 1.2 * rise + throw.gauss(0, 0.8)))),
        weight_kg=weight_kg,
        device="monitor-1",
        respiratory_rate=throw.randrange(12, 19),
        moaas=4 if rise > 0.9 else 5,
    )
