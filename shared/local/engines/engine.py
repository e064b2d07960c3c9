"""What can be done to an engine: start and stop it, and in tests kill, freeze and thaw it."""

from abc import ABC, abstractmethod

from shared.local.engines.problem import Problem
from shared.local.engines.process import ChildProcess

READY_WITHIN_S = 60


class Engine(ABC):
    process: ChildProcess
    ports: dict[str, int]  # by purpose
    instead: str  # the variable that names an existing one

    @abstractmethod
    def prepare(self) -> None:
        """What must be there before the first start, and is left alone later."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it does its work now; never raises for an engine that is away."""

    def start(self) -> None:
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Without waiting, so that two engines can start side by side."""
        self.prepare()
        self.process.start()

    def await_ready(self) -> None:
        try:
            self.process.wait_until(self.is_ready, READY_WITHIN_S)
        except Problem as problem:
            self.process.stop()
            raise Problem(f"{problem}\nOr use an existing one: set {self.instead}.") from problem

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def freeze(self) -> None:
        self.process.freeze()

    def thaw(self) -> None:
        self.process.thaw()
