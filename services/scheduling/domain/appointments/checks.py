"""What is checked of every time and every name in a request, whatever it is for."""

from collections.abc import Collection
from datetime import datetime

from services.scheduling.domain.occupancy.bits import CELL_MIN
from services.scheduling.domain.occupancy.day import in_words, minutes, moment
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.errors import Rejected


def start_of(name: str, start: datetime) -> int:
    """In minutes since the epoch: the calendar's smallest step is five of them."""
    minute = minutes(start)
    if moment(minute) != start or minute % CELL_MIN:
        raise Rejected(
            "odd-start",
            f"{name} cannot start at {start:%H:%M:%S}: take a whole {CELL_MIN} minutes, such as "
            f"{in_words(minute // CELL_MIN * CELL_MIN)}",
        )
    return minute


def check_known(name: str, resources: Collection[str], roster: Roster) -> None:
    known = {each.id for each in roster.resources}
    if strangers := [each for each in resources if each not in known]:
        raise Rejected(
            "unknown-resource",
            f"{name}: the clinic has no resource {strangers[0]}: name one of its own",
        )


def check_used(name: str, resources: Collection[str], used: Collection[str]) -> None:
    """All that is named must be among what is taken."""
    if idle := [each for each in resources if each not in used]:
        raise Rejected(
            "resource-not-needed",
            f"{name} does not take {idle[0]} beside what else is named: leave it out",
        )
