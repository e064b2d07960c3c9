"""The command line of every service: `python -m services.<service> api|consumer|relay`."""

import sys
from collections.abc import Callable, Sequence

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


def main(service: Service, arguments: Sequence[str], settings: type[ServiceSettings]) -> None:
    """Runs one process of the service; exits with 2 and one sentence if it cannot start."""
    if len(arguments) != 1 or arguments[0] not in PROCESSES:
        sys.exit(f"usage: python -m services.{service.name.replace('-', '_')} api|consumer|relay")
    try:
        PROCESSES[arguments[0]](service, read(settings))
    except (SettingsError, PolicyError) as error:
        sys.stderr.write(f"{service.name} {arguments[0]} cannot start: {error}\n")
        sys.exit(2)
