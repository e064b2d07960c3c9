"""ical4j in this process: a strict reader of iCalendar that did not write what it reads."""

from typing import Any

import jpype

from tests.kit.java.machine import java_class, start

HINTS = "net.fortuna.ical4j.util.CompatibilityHints"
LENIENT = ("KEY_RELAXED_PARSING", "KEY_RELAXED_UNFOLDING", "KEY_RELAXED_VALIDATION")


def parsed(content: bytes) -> Any:
    """A `net.fortuna.ical4j.model.Calendar`; ValueError with what breaks RFC 5545."""
    start()
    hints = java_class(HINTS)
    for name in LENIENT:
        hints.setHintEnabled(getattr(hints, name), False)
    try:
        return java_class("net.fortuna.ical4j.data.CalendarBuilder")().build(
            java_class("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(content))
        )
    except jpype.JException as error:
        raise ValueError(str(error)) from error


def faults(content: bytes) -> list[str]:
    """What makes it invalid, a line per fault: empty for a good one."""
    try:
        found = parsed(content).validate()
    except (ValueError, jpype.JException) as error:
        return [str(error)]
    return [str(each) for each in found.getEntries()]


def events(content: bytes) -> dict[str, dict[str, str]]:
    """What it reads of each VEVENT: every property by name, by uid."""
    found = parsed(content).getComponents("VEVENT")
    rows = [
        {str(each.getName()): str(each.getValue()) for each in event.getPropertyList().getAll()}
        for event in found
    ]
    return {row["UID"]: row for row in rows}
