"""The composition root of intake: the one place where its rooms meet."""

from functools import partial
from typing import Any

from services.intake.adapters import events, gauges, http
from services.intake.adapters.vault import KeyVault
from services.intake.application.documents import COLLECTIONS
from services.intake.domain.people.vault import Vault
from services.intake.settings import Settings, TextSettings
from shared.codec.questionnaires import texts
from shared.contracts.topics import INTAKE
from shared.kernel.policy import Policy
from shared.processes.service import Service
from shared.runtime.environment import SettingsError, read
from shared.storage.store import Store


def service(vault: Vault) -> Service:
    def reads(store: Store, policy: Policy) -> Any:
        return http.blueprint(store, policy, vault, texts.load(read(TextSettings).instrument_texts))

    routes = partial(events.routes, vault=vault)
    return Service(INTAKE, routes, COLLECTIONS, reads, gauges=gauges.gauges)


def configured(settings: Settings) -> Service:
    try:
        return service(KeyVault(settings.identity_key))
    except ValueError as error:
        raise SettingsError(f"IDENTITY_KEY: {error}") from error
