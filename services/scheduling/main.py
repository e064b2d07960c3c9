"""The composition root of scheduling: the one place where its rooms meet."""

from services.scheduling.adapters import events, gauges, http
from services.scheduling.application.documents import COLLECTIONS
from services.scheduling.application.safety.overlaps import overlaps
from shared.contracts.topics import SCHEDULING
from shared.processes.service import Service

SERVICE = Service(
    SCHEDULING,
    events.routes,
    COLLECTIONS,
    http.blueprint,
    events.alarms,
    gauges.gauges,
    {"I12 no room, chair, monitor or person is booked twice": overlaps},
)
