"""The composition root of session-record: the one place where its rooms meet."""

from dataclasses import replace
from functools import partial

from services.session_record.adapters import events, gauges, http
from services.session_record.application import process_notes
from services.session_record.application.documents import COLLECTIONS
from services.session_record.settings import Settings
from shared.codec.sealing import Keyring
from shared.contracts.topics import SESSION_RECORD
from shared.kernel.sealing import Keys
from shared.processes.service import Service
from shared.runtime.environment import SettingsError

SERVICE = Service(
    SESSION_RECORD,
    events.routes,
    (*COLLECTIONS, *process_notes.COLLECTIONS),
    http.blueprint,
    events.alarms,
    gauges.gauges,
)
"""Without process notes: for them the key is needed that only the settings have."""


def service(keys: Keys) -> Service:
    """With process notes, sealed by these keys."""
    return replace(SERVICE, reads=partial(http.blueprint, keys=keys))


def configured(settings: Settings) -> Service:
    try:
        return service(Keyring(settings.process_note_key))
    except ValueError as error:
        raise SettingsError(f"PROCESS_NOTE_KEY: {error}") from error
