"""The composition root of intake: the one place where its rooms meet."""

from services.intake.adapters import events, http
from services.intake.application.documents import COLLECTIONS
from shared.contracts.topics import INTAKE
from shared.processes.service import Service

SERVICE = Service(INTAKE, events.routes, COLLECTIONS, http.blueprint)
