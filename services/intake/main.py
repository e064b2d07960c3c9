"""The composition root of intake: the one place where its rooms meet."""

from functools import partial

from services.intake.adapters import events, http
from services.intake.adapters.vault import KeyVault
from services.intake.application.documents import COLLECTIONS
from services.intake.domain.people.vault import Vault
from services.intake.settings import Settings
from shared.contracts.topics import INTAKE
from shared.processes.service import Service
from shared.runtime.environment import SettingsError


def service(vault: Vault) -> Service:
    return Service(
        INTAKE,
        partial(events.routes, vault=vault),
        COLLECTIONS,
        partial(http.blueprint, vault=vault),
    )


def configured(settings: Settings) -> Service:
    try:
        return service(KeyVault(settings.identity_key))
    except ValueError as error:
        raise SettingsError(f"IDENTITY_KEY: {error}") from error
