"""Kafka and MongoDB as child processes: for `make run`, and for tests that kill and freeze them."""

from shared.local.engines.embedded import Engines
from shared.local.engines.ports import EnginePorts
from shared.local.engines.problem import PortTaken, Problem

__all__ = ["EnginePorts", "Engines", "PortTaken", "Problem"]
