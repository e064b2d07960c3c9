"""One child process with its log and pid file: started, awaited, stopped within a bound.

The pid file outlives us: whoever starts next ends what a killed predecessor left behind.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic

import psutil

from shared.local.engines.problem import Problem

LOG_BYTES_MAX = 20_000_000
TAIL_LINES = 12
LEFTOVER_GRACE_S = 20
POLL_S = 0.05


class ChildProcess:
    def __init__(
        self,
        name: str,
        command: Sequence[str],
        home: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = home / "logs" / f"{name}.log"
        self._pid_file = home / "pids" / name
        self._command = list(command)
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.end_leftover()
        for file in (self.log, self._pid_file):
            file.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the starter only, which stops all in order.
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        record_process(self._pid_file, self._child.pid)

    def end_leftover(self) -> None:
        if not self.is_running:
            end_leftovers([self._pid_file])

    @property
    def exit_code(self) -> int | None:
        return self._child.poll() if self._child else None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], deadline_s: float) -> None:
        end = monotonic() + deadline_s
        while not is_ready():
            if self._exited_within(POLL_S):
                raise Problem(f"{self.name} ended while starting.\n{self.log_tail()}")
            if monotonic() > end:
                raise Problem(f"{self.name} is not ready after {deadline_s} s.\n{self.log_tail()}")

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"The end of {self.log}:", *lines[-TAIL_LINES:]])

    def ask_to_stop(self) -> None:
        if self._child and self.is_running:
            self.thaw()
            self._child.terminate()

    def stop(self, grace_s: float = 15) -> None:
        self.ask_to_stop()
        if not self._exited_within(grace_s):
            self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """As a power cut would: no farewell, and the children of the child go too."""
        self._signal_group(signal.SIGKILL)
        if self._child:
            self._child.wait()

    def freeze(self) -> None:
        self._signal_group(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_group(signal.SIGCONT)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._child and self.is_running:
            os.killpg(self._child.pid, number)

    def _exited_within(self, seconds: float) -> bool:
        try:
            return self._child is None or self._child.wait(timeout=seconds) is not None
        except subprocess.TimeoutExpired:
            return False


def end_leftovers(pid_files: Iterable[Path]) -> None:
    """Ends the processes that the files name, as far as they still are those."""
    files = list(pid_files)
    leftovers = [process for process in map(recorded_process, files) if process]
    for process in leftovers:
        process.resume()
        process.terminate()
    for process in psutil.wait_procs(leftovers, timeout=LEFTOVER_GRACE_S)[1]:
        process.kill()
    for file in files:
        file.unlink(missing_ok=True)


def recorded_process(pid_file: Path) -> psutil.Process | None:
    if not pid_file.exists():
        return None
    identity = pid_file.read_text()
    try:
        process = psutil.Process(int(identity.split()[0]))
        # Pids are given out again; the time of birth tells a stranger from ours.
        return process if _identity(process.pid) == identity else None
    except (psutil.NoSuchProcess, ValueError, IndexError):
        return None


def record_process(pid_file: Path, pid: int) -> None:
    pid_file.write_text(_identity(pid))


def _identity(pid: int) -> str:
    try:
        return f"{pid} {psutil.Process(pid).create_time():.2f}"
    except psutil.NoSuchProcess:
        return f"{pid} ended"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".previous.log"))
