"""Which local ports are free, and who sits on a taken one."""

import random
import socket
from dataclasses import dataclass

import psutil

from shared.local.engines.problem import PortTaken, Problem

HOST = "127.0.0.1"
REMEDY = "End that process, or move all our ports: KAP_PORT=9100 make run"
# Below the range from which systems draw ports for outgoing connections, which would collide.
FREE_RANGE = range(20_000, 32_000)


@dataclass(frozen=True)
class EnginePorts:
    kafka: int
    controller: int
    mongod: int


def free_engine_ports() -> EnginePorts:
    """Free now; whoever uses them must still expect to lose the race."""
    candidates = random.SystemRandom().sample(FREE_RANGE, k=200)
    free = [port for port in candidates if is_free(port)][:3]
    if len(free) < 3:
        raise Problem("No three free local ports were found between 20000 and 32000.")
    return EnginePorts(*free)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a closed connection's wait state does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: dict[str, int]) -> None:
    for purpose, port in ports.items():
        if not is_free(port):
            raise PortTaken(f"Port {port} for {purpose} is taken{_by_whom(port)}. {REMEDY}")


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN:
                continue
            if connection.laddr and connection.laddr.port == port:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass  # Some systems tell this to the administrator only.
    return ""
