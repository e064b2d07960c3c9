"""Why nothing is free: which constraint leaves no time, in sentences that say what to do next.

The reasons are looked for in order: what is missing for good, then what is taken, then what never
meets. The first kind that is found is told alone, because it explains the rest.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.bits import CELL_MIN, lowest, span
from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.openings import certified_times
from services.scheduling.domain.resources.resource import PEOPLE, Resource
from shared.kernel.errors import Reason

Window = tuple[int, int]
"""Starts from the one to before the other."""
SOURCE = "SCH-6"


def lacking(diary: Diary, wanted: Wanted, since: int, until: int, name: str) -> tuple[Reason, ...]:
    """Why no session `name` starts from `since` to before `until`; empty: one does.

    A window of one time (`until` is `since` + 1) is asked about that time, on the grid or not.
    """
    window = (max(since, diary.begin), min(until, diary.end))
    if _is_possible(diary, wanted, window):
        return ()
    alone = tuple(_alone(diary, wanted, window, name))
    if alone:
        return alone
    if wanted.certified and _is_possible(diary, replace(wanted, certified=False), window):
        return (_not_certified(diary, wanted, window, name),)
    kinds = ", ".join(need.kinds[0] for need in wanted.needs)
    apart = " at one site" if len(diary.places(wanted)) > 1 else ""
    words = (
        f"{name}: {kinds} are never free together{apart} for {wanted.length} minutes on end; "
        "try other days, or a session without the therapist or site that was asked for"
    )
    return (Reason("no-common-time", words, SOURCE),)


def _is_possible(diary: Diary, wanted: Wanted, window: Window) -> bool:
    since, until = window
    if until - since <= 1:
        return diary.at(wanted, since) is not None
    return next(diary.starts(wanted, since, until), None) is not None


def _alone(diary: Diary, wanted: Wanted, window: Window, name: str) -> Iterator[Reason]:
    """The needs that have nobody at all in the window."""
    seen = set()
    for need in wanted.needs:
        single = Wanted(wanted.length, (need,), wanted.only)
        if need.kinds not in seen and not _is_possible(diary, single, window):
            seen.add(need.kinds)
            words = f"{name}: {_why(diary, single, need, window)}"
            yield Reason(f"no-{need.kinds[0]}", words, SOURCE)


def _why(diary: Diary, single: Wanted, need: Need, window: Window) -> str:
    kind = " or ".join(need.kinds)
    able = [each for place in diary.places(single) for each in place.able[0]]
    able = [each for each in dict.fromkeys(able) if each.active]
    if not able:
        return f"no {kind} is declared; declare one that is active"
    opened = {each.id: _opened(diary, each, need, single.length) for each in able}
    if not any(opened.values()):
        if set(need.kinds) & PEOPLE:
            return (
                f"no {kind} is there with a licence and the certificates on record; check hours, "
                "absences and licences"
            )
        return f"no {kind} is open for {single.length} minutes on end; check its hours and its site"
    within = _window_bits(diary, window)
    there = [each for each in able if opened[each.id] & within]
    if not there:
        first = min(_first(diary, bits, window[0]) for bits in opened.values() if bits)
        return f"no {kind} is there then; the next is from {_when(first, able[0])}"
    return _taken(diary, single, there, kind, window)


def _taken(diary: Diary, single: Wanted, there: list[Resource], kind: str, window: Window) -> str:
    need, length = single.needs[0], single.length
    bits = [diary.free(each, need, length) for each in there]
    coming = [_first(diary, each, window[0]) for each in bits if each >> _cell(diary, window[0])]
    names = ", ".join(each.id for each in there[:3]) + (" and others" if len(there) > 3 else "")
    state = "full to its ratio" if need.share and need.capacity > 1 else "taken"
    if coming:
        until = f"until {_when(min(coming), there[0])}"
    else:
        until = f"as far as was looked, to {_when(diary.end, there[0])}"
    return f"every {kind} that is there ({names}) is {state} {until}, for {length} minutes on end"


def _opened(diary: Diary, resource: Resource, need: Need, length: int) -> int:
    """The starts at which it is there for the whole length, taken or not."""
    return diary.there(resource, need, length, taken=0)


def _not_certified(diary: Diary, wanted: Wanted, window: Window, name: str) -> Reason:
    day = moment(window[0]).date()
    known = [
        end
        for place in diary.places(wanted)
        for _, end in certified_times(diary.roster, place.site, (day, 1))
        if place.site
    ]
    words = f"{name}: no site where it could be is certified by the REMS then"
    if known:
        words += f" (certified until {moment(max(known)):%Y-%m-%d} at most)"
    words += "; record the site's certificate, and name the site of its rooms"
    return Reason("site-not-certified", words, "SCH-5")


def _window_bits(diary: Diary, window: Window) -> int:
    return span(_cell(diary, window[0]), max(_cell(diary, window[1] - 1) + 1, 0))


def _cell(diary: Diary, minute: int) -> int:
    return max(0, -(-(minute - diary.begin) // CELL_MIN))


def _first(diary: Diary, bits: int, since: int) -> int:
    """The first of these starts from `since` on, else the last there was."""
    later = bits & -1 << _cell(diary, since)
    return diary.begin + (lowest(later) if later else bits.bit_length() - 1) * CELL_MIN


def _when(minute: int, resource: Resource) -> str:
    local: datetime = moment(minute).astimezone(ZoneInfo(resource.zone))
    return f"{local:%Y-%m-%d %H:%M} {resource.zone}"
