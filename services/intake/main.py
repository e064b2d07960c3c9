"""The composition root of intake: the one place where its rooms meet."""

from typing import Any

from services.intake.adapters import events, http
from services.intake.application.documents import COLLECTIONS
from services.intake.settings import TextSettings
from shared.codec.questionnaires import texts
from shared.contracts.topics import INTAKE
from shared.kernel.policy import Policy
from shared.processes.service import Service
from shared.runtime.environment import read
from shared.storage.store import Store


def reads(store: Store, policy: Policy) -> Any:
    return http.blueprint(store, policy, texts.load(read(TextSettings).instrument_texts))


SERVICE = Service(INTAKE, events.routes, COLLECTIONS, reads)
