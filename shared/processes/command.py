"""The command line of every service: `python -m services.<service> api|consumer|relay`."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.processes import api, consumer, relay
from shared.processes.service import Service
from shared.runtime.environment import SettingsError, read
from shared.runtime.policy_file import PolicyError
from shared.runtime.settings import ServiceSettings

PROCESSES: dict[str, Callable[[Service, ServiceSettings], None]] = {
    "api": api.run,
    "consumer": consumer.run,
    "relay": relay.run,
}


S = TypeVar("S", bound=ServiceSettings)


def main(
    service: Service | Callable[[S], Service], arguments: Sequence[str], settings: type[S]
) -> None:
    """Runs one process of the service; exits with 2 and one sentence if it cannot start.

    `service`: itself, or what puts it together from its settings.
    """
    package = ".".join(settings.__module__.split(".")[:2])
    if len(arguments) != 1 or arguments[0] not in PROCESSES:
        sys.exit(f"usage: python -m {package} api|consumer|relay")
    try:
        known = read(settings)
        chosen = service if isinstance(service, Service) else service(known)
        PROCESSES[arguments[0]](chosen, known)
    except (SettingsError, PolicyError) as error:
        sys.stderr.write(f"{package} {arguments[0]} cannot start: {error}\n")
        sys.exit(2)
