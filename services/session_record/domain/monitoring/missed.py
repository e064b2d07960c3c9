"""The clock has struck: whoever was to measure and has not is told, first mildly, then gravely."""

from dataclasses import replace

from services.session_record.domain.commands import WatchEncounter
from services.session_record.domain.encounter import Encounter, Miss
from services.session_record.domain.monitoring.due import due, unraised, watched
from shared.contracts.session_record import MonitoringMissed
from shared.kernel.policy import Policy


def watch(
    command: WatchEncounter, encounter: Encounter, policy: Policy
) -> tuple[Encounter, tuple[MonitoringMissed, ...]]:
    """Nothing to say where the patient has gone, or the reading has come since."""
    if encounter.status != "in-progress" or encounter.dose is None:
        return watched(encounter, policy), ()
    points = due(encounter, policy, command.at)
    struck = sorted(
        (hour, point.minute, severity)
        for hour, point, severity in unraised(encounter, points, policy)
        if hour <= command.at
    )
    misses = tuple(
        Miss(minute, severity, hour, policy.version) for hour, minute, severity in struck
    )
    said = tuple(
        MonitoringMissed(encounter.encounter_id, each.point_min, each.severity, policy.version)
        for each in misses
    )
    return watched(replace(encounter, misses=(*encounter.misses, *misses)), policy), said
