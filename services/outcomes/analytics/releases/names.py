"""Which of the report's counts a release shows, and which of them are worth more (OUT-7).

What a reader wants first is decided first: the response and those of whom it is known. What holds
these people is compared with them, so that the few who were lost hide how many were treated, and
not the response.
"""

from collections.abc import Mapping
from dataclasses import replace

from services.outcomes.analytics.report.counting.people import AFTER_LAST_DOSE
from services.outcomes.analytics.report.counts import Counted

PATIENTS = "patients"
LATEST = "latest/observed"
FIRST = f"{LATEST}/response-known"
"""Where a release may not show it for the network, there is no release."""
_WINDOWS = tuple(AFTER_LAST_DOSE)
_Names = dict[str, tuple[str, ...]]


def published(counted: Counted) -> Counted:
    """Without what is in no release: carried results (LOCF), baselines, off-track of windows."""
    counts = {name: counted.counts.get(name, 0) for name in {**BESIDE, **WITHIN}}
    return replace(counted, counts=counts, part_of=WITHIN)


def _within() -> _Names:
    found = _states(LATEST) | {f"{LATEST}/off-track": (f"{LATEST}/off-track-known",)}
    for state in ("deteriorated", "improved"):
        found[f"{LATEST}/{state}-known"] = (f"{LATEST}/changed",)
    for window in _WINDOWS:
        at = f"{window}/observed"
        found |= _states(at) | {at: (LATEST,)}
        for name in _DENOMINATORS:
            found[f"{at}/{name}"] = (f"{LATEST}/{name}",)
    return found


_DENOMINATORS = (
    "response-known",
    "changed",
    "deteriorated-known",
    "improved-known",
    "remission-known",
)


def _states(at: str) -> _Names:
    """Nobody is better and worse: what neither counts, the unchanged, is protected as well."""
    worse = (f"{at}/deteriorated-known", f"not {at}/improved")
    found: _Names = {
        f"{at}/{state}": (f"{at}/{state}-known",) for state in ("response", "remission", "improved")
    }
    return found | {f"{at}/deteriorated": worse}


def _beside() -> _Names:
    of_baseline = _judged(LATEST)
    observed = (*of_baseline, PATIENTS, LATEST)
    found: _Names = {
        FIRST: (),
        PATIENTS: of_baseline,
        LATEST: (*of_baseline, PATIENTS),
        "to-response": observed,
        f"{LATEST}/remission-known": observed,
        f"{LATEST}/off-track-known": observed,
    }
    for at in (LATEST, *(f"{window}/observed" for window in _WINDOWS)):
        found |= _compared(at)
    for window in _WINDOWS:
        at, due = f"{window}/observed", f"{window}/due"
        found[at] = (*_judged(at), due)
        found[f"{at}/remission-known"] = (*_judged(at), due, at)
    return found | _due()


def _judged(at: str) -> tuple[str, str]:
    return f"{at}/response-known", f"{at}/changed"


def _compared(at: str) -> _Names:
    """Those who have a baseline, whose numbers are nearly or quite the same."""
    known, changed = _judged(at)
    worse = f"{at}/deteriorated-known"
    named = (known,) if at == LATEST else (known, changed)
    return {changed: (known,), worse: named, f"{at}/improved-known": (*named, worse)}


def _due() -> _Names:
    """Whoever is due later is due earlier, and who came is due. `end` last: those who are not yet
    due at it are few."""
    found: _Names = {}
    for window in (*_WINDOWS[1:], _WINDOWS[0]):
        came = _WINDOWS[_WINDOWS.index(window) :]
        judged = [name for each in came for name in _judged(f"{each}/observed")]
        found[f"{window}/due"] = (PATIENTS, *found, *judged)
    return found


WITHIN: Mapping[str, tuple[str, ...]] = _within()
BESIDE: Mapping[str, tuple[str, ...]] = _beside()
