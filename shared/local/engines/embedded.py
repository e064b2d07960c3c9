"""Both engines as one thing with a lifetime: `with Engines(home=...) as engines:`."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.local.engines.engine import Engine
from shared.local.engines.kafka import Kafka
from shared.local.engines.mongod import Mongod
from shared.local.engines.ports import EnginePorts, free_engine_ports, require_free
from shared.local.engines.problem import PortTaken, Problem

RACES_MAX = 3


class Engines:
    """Started on entry, stopped on exit; the data stays in `home`.

    Without `ports` they get free ones, and keep them through kill and start.
    """

    kafka: Kafka
    mongod: Mongod

    def __init__(self, home: Path, ports: EnginePorts | None = None) -> None:
        self._home = home.resolve()
        self._wanted = ports
        self._settle(ports or free_engine_ports())

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers

    @property
    def mongodb_uri(self) -> str:
        return self.mongod.uri

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Both at once; again on other ports if somebody else was faster to take a free one."""
        for race in range(1, RACES_MAX + 1):
            try:
                start_together(self._both())
            except PortTaken:
                if self._wanted or race == RACES_MAX:
                    raise
                self._settle(free_engine_ports())
            else:
                return

    def stop(self) -> None:
        stop_together(self._both())

    def _settle(self, ports: EnginePorts) -> None:
        self._ports = ports
        self.kafka = Kafka(self._home, ports)
        self.mongod = Mongod(self._home, ports.mongod)

    def _both(self) -> tuple[Engine, ...]:
        return self.mongod, self.kafka


def start_together(engines: Sequence[Engine]) -> None:
    for engine in engines:
        engine.process.end_leftover()
    _require_ports(engines)
    try:
        for engine in engines:
            engine.launch()
        for engine in engines:
            engine.await_ready()
    except BaseException as failure:
        stop_together(engines)
        if isinstance(failure, Problem):
            _require_ports(engines)  # A port lost meanwhile is the better explanation.
        raise


def stop_together(engines: Sequence[Engine]) -> None:
    for engine in engines:
        engine.process.ask_to_stop()
    for engine in engines:
        engine.stop()


def _require_ports(engines: Sequence[Engine]) -> None:
    for engine in engines:
        require_free(engine.ports)
