"""The composition root of outcomes: the one place where its rooms meet."""

from services.outcomes.adapters import events, http
from services.outcomes.application.documents import COLLECTIONS
from shared.contracts.topics import OUTCOMES
from shared.processes.service import Service

SERVICE = Service(OUTCOMES, events.routes, COLLECTIONS, http.blueprint)
