"""The days of an RFC 5545 rule (decision 15). The one door of dateutil.

Rules are of whole days on the wall, so that no zone is needed to expand them: UTC carries the days.
Outside text: what is not plainly a rule of days is refused, and expanding it costs milliseconds.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from dateutil.rrule import rrule, rrulestr

from shared.contracts.site import RecurringHours

FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Rules begin and are expanded between: no century without a leap day is among them."""
LONGEST_Y = 60
"""For so many years a rule is expanded, and within so many it must fall on a day."""
COUNT_MAX, INTERVAL_MAX = 1000, 366
_PERIOD_D = {"DAILY": 1, "WEEKLY": 7}
_DAYS = "MO|TU|WE|TH|FR|SA|SU"
_LISTS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_LISTS}
_NOT_WITH = {
    "DAILY": {"BYWEEKNO", "BYYEARDAY"},
    "WEEKLY": {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"},
    "MONTHLY": {"BYWEEKNO", "BYYEARDAY"},
    "YEARLY": set[str](),
}
Parts = dict[str, str]


def days_of(hours: RecurringHours, first: int, last: int) -> Iterator[int]:
    """The days of the rule from `first` to `last` (ordinals), ascending. The rule is known good."""
    parts = _parts(hours.rule)
    end = min(last, date(LAST_YEAR, 12, 31).toordinal())
    if until := parts.pop("UNTIL", ""):
        end = min(end, _until(until).toordinal())
    begin = _ahead(hours.first, parts, first)
    end = min(end, begin.replace(year=begin.year + LONGEST_Y, day=1).toordinal())
    if end < begin.toordinal():
        return
    for day in takewhile(lambda each: each <= end, _expanded(parts, begin, end)):
        if day >= first:
            yield day


def check(hours: RecurringHours) -> None:
    """ValueError, with what is wrong with the rule in words."""
    parts = _parts(hours.rule)
    if not FIRST_YEAR <= hours.first.year <= LAST_YEAR:
        raise ValueError(f"must begin between {FIRST_YEAR} and {LAST_YEAR}")
    _check_frequency(parts)
    _check_end(parts, hours.first)
    for name, highest in _LISTS.items():
        if name in parts:
            _check_numbers(name, parts[name], 1 if name == "BYMONTH" else -highest, highest)
    _check_weekdays(parts)
    if not _falls_on_a_day(hours):
        raise ValueError("never falls on a day: correct it, or leave it out")


def _parts(rule: str) -> Parts:
    """The parts by name, each there once, in RFC 5545's own upper case."""
    parts: Parts = {}
    for each in rule.split(";"):
        name, is_set, value = each.partition("=")
        if not is_set or not value or name not in _KNOWN:
            raise ValueError(f"'{each}' is no part of a rule of days (RFC 5545, RRULE)")
        if name in parts:
            raise ValueError(f"says {name} twice")
        parts[name] = value
    return parts


def _check_frequency(parts: Parts) -> None:
    frequency = parts.get("FREQ", "")
    if frequency not in _NOT_WITH:
        raise ValueError("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY")
    if wrong := sorted(_NOT_WITH[frequency] & parts.keys()):
        raise ValueError(f"{wrong[0]} cannot be said of a {frequency} rule")
    if "BYSETPOS" in parts and not parts.keys() & {"BYDAY", *_LISTS} - {"BYSETPOS"}:
        raise ValueError("BYSETPOS picks among the days of another BY part: there is none")
    if not re.fullmatch(_DAYS, parts.get("WKST", "MO")):
        raise ValueError("WKST must be a weekday, such as MO")
    _check_number("INTERVAL", parts.get("INTERVAL", "1"), 1, INTERVAL_MAX)


def _check_end(parts: Parts, first: date) -> None:
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("has COUNT and UNTIL: one of them ends it")
    _check_number("COUNT", parts.get("COUNT", "1"), 1, COUNT_MAX)
    if "UNTIL" in parts and _until(parts["UNTIL"]) < first:
        raise ValueError("ends (UNTIL) before it begins")


def _check_numbers(name: str, text: str, low: int, high: int) -> None:
    for each in text.split(","):
        _check_number(name, each, low, high)


def _check_number(name: str, text: str, low: int, high: int) -> None:
    is_number = re.fullmatch(r"[+-]?[0-9]{1,4}", text)
    if not is_number or int(text) == 0 or not low <= int(text) <= high:
        raise ValueError(f"{name} must be from {low} to {high}")


def _check_weekdays(parts: Parts) -> None:
    """Of the month or year, as in 1SA or -1FR, at most as many as there are."""
    highest = {"MONTHLY": 5, "YEARLY": 5 if "BYMONTH" in parts else 53}.get(parts["FREQ"], 0)
    for each in parts.get("BYDAY", "MO").split(","):
        found = re.fullmatch(rf"([+-]?[0-9]{{1,2}})?({_DAYS})", each)
        if not found:
            raise ValueError(f"BYDAY: '{each}' is no weekday")
        if (number := found[1]) and not 1 <= abs(int(number)) <= highest:
            raise ValueError(f"BYDAY: '{each}' counts days that there are not")
        if number and "BYWEEKNO" in parts:
            raise ValueError("BYDAY cannot count days beside BYWEEKNO")


def _until(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise ValueError("UNTIL must be a date, such as 20261231")


def _falls_on_a_day(hours: RecurringHours) -> bool:
    first = hours.first.toordinal()
    return any(True for _ in days_of(hours, first, date.max.toordinal()))


def _ahead(first: date, parts: Parts, since: int) -> date:
    """Where a rule of days or weeks can begin as well: what it falls on then does not depend on
    what it fell on before, unless it counts."""
    period = _PERIOD_D.get(parts["FREQ"], 0) * int(parts.get("INTERVAL", "1"))
    if not period or "COUNT" in parts:
        return first
    return first + timedelta(days=max(0, since - first.toordinal()) // period * period)


def _expanded(parts: Parts, begin: date, end: int) -> Iterator[int]:
    """Ordinals, ascending, to `end` at least.

    dateutil looks for the next day until the last year there is (9999): for a rule that has none,
    such as the 30th of February, that takes seconds. So it looks at like years shortly before.
    """
    ahead = _like_year(begin.year, date.fromordinal(end).year - begin.year) - begin.year
    shift = begin.replace(year=begin.year + ahead).toordinal() - begin.toordinal()
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    start = datetime.combine(begin.replace(year=begin.year + ahead), time(), UTC)
    rule = rrulestr(text, dtstart=start)
    assert isinstance(rule, rrule), "without RDATE and the like it is one rule"
    return (each.toordinal() - shift for each in rule)


def _like_year(year: int, years: int) -> int:
    """The last year but one of the calendar from which `years` more follow whose every day has
    the weekday that it has from `year` on: they repeat every 28 years within a century."""
    weekday = date(year, 1, 1).weekday()
    latest = date.max.year - 1 - years
    return next(
        each
        for each in range(latest, latest - 28, -1)
        if each % 4 == year % 4 and date(each, 1, 1).weekday() == weekday
    )
