"""The command line of every service: `python -m services.<service> api|consumer|relay|verify`.

A service may bring further processes.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from shared.processes import api, consumer, relay, verify
from shared.processes.service import Service
from shared.runtime.environment import SettingsError, read
from shared.runtime.policy_file import PolicyError
from shared.runtime.settings import ServiceSettings

PROCESSES: dict[str, Callable[..., None]] = {
    "api": api.run,
    "consumer": consumer.run,
    "relay": relay.run,
    "verify": verify.run,
}
OPTIONS = {"verify": frozenset({verify.AS_JSON})}


S = TypeVar("S", bound=ServiceSettings)
_NONE: Mapping[str, Callable[[Any], None]] = MappingProxyType({})


def main(
    service: Service | Callable[[S], Service],
    arguments: Sequence[str],
    settings: type[S],
    further: Mapping[str, Callable[[S], None]] = _NONE,
) -> None:
    """Runs one process of the service; exits with 2 and one sentence if it cannot start.

    `service`: itself, or what puts it together from its settings. `further`: its own processes
    beyond the three of every service.
    """
    package = ".".join(settings.__module__.split(".")[:2])
    kinds = [*PROCESSES, *further]
    kind, *options = arguments or ("",)
    if kind not in kinds or not OPTIONS.get(kind, frozenset()).issuperset(options):
        sys.exit(f"usage: python -m {package} {'|'.join(kinds)} (verify: [--json])")
    try:
        known = read(settings)
        if run := further.get(kind):
            run(known)
        else:
            chosen = service if isinstance(service, Service) else service(known)
            PROCESSES[kind](chosen, known, *([options] if kind in OPTIONS else []))
    except (SettingsError, PolicyError) as error:
        sys.stderr.write(f"{package} {kind} cannot start: {error}\n")
        sys.exit(2)
