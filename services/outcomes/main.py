"""The composition root of outcomes: the one place where its rooms meet."""

from functools import partial

from services.outcomes.adapters import events, http
from services.outcomes.application.documents import COLLECTIONS
from services.outcomes.settings import Settings
from shared.codec.sealing import SubjectKeyring
from shared.contracts.topics import OUTCOMES
from shared.kernel.sealing import RecordKeys
from shared.processes.service import Service
from shared.runtime.environment import SettingsError


def service(keys: RecordKeys) -> Service:
    return Service(
        OUTCOMES,
        partial(events.routes, keys=keys),
        COLLECTIONS,
        partial(http.blueprint, keys=keys),
        partial(events.alarms, keys=keys),
    )


def keyring(settings: Settings) -> SubjectKeyring:
    """Raises SettingsError."""
    try:
        return SubjectKeyring(settings.stream_key)
    except ValueError as error:
        raise SettingsError(f"STREAM_KEY: {error}") from error


def configured(settings: Settings) -> Service:
    return service(keyring(settings))
