"""The composition root of session-record: the one place where its rooms meet."""

from services.session_record.adapters import events, http
from services.session_record.application.documents import COLLECTIONS
from shared.contracts.topics import SESSION_RECORD
from shared.processes.service import Service

SERVICE = Service(SESSION_RECORD, events.routes, COLLECTIONS, http.blueprint, events.alarms)
