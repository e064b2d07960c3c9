"""What of the network is up, where it is, and with which demo credentials one gets in."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from shared.local import tour
from shared.local.services import ANALYTICS, CONSOLE

PROBE_WITHIN_S = 2
SECRET_WIDTH = 24
UP, NOT_READY, DOWN = "[green]up[/]", "[yellow]not ready[/]", "[red]down[/]"


def print_status(home: Path, console: Console) -> None:
    file = home / "network.json"
    if not file.exists():
        console.print("Nothing has been started here yet: `make run` does.")
        return
    network = json.loads(file.read_text())
    console.print(_processes(network))
    console.print(_clients(network))
    tour.print_kept(network, home, console)


def print_banner(network: dict[str, Any], console: Console, seconds: float) -> None:
    console.print(f"\n[bold green]The network is up[/] after {seconds:.1f} s.\n")
    console.print(f"  [bold]{CONSOLE:<15} {network[CONSOLE]['url']}[/]   open this first\n")
    for service, place in network["services"].items():
        console.print(f"  {service:<15} {place['url']}")
    console.print(f"  {'tokens':<15} {network['token_endpoint']}\n")
    console.print("All addresses and demo credentials: `make status`, .run/network.json")
    console.print("Logs: .run/logs/. Ctrl-C stops everything and keeps the data.\n")


def answers(port: int, path: str, host: str = "127.0.0.1") -> bool:
    return _http_status(host, port, path) == 200


def _processes(network: dict[str, Any]) -> Table:
    table = Table("process", "state", "address", title="Processes")
    table.add_row(CONSOLE, _health(network[CONSOLE]["url"]), network[CONSOLE]["url"])
    for service, place in network["services"].items():
        name = "outcomes analytics" if service == ANALYTICS else f"{service} api"
        table.add_row(name, _health(place["url"]), place["url"])
        for kind, url in place["probes"].items():
            table.add_row(f"{service} {kind}", _health(url), f"{url}/metrics")
    issuer = UP if _listens(urlsplit(network["issuer"]).netloc) else DOWN
    table.add_row("token issuer", issuer, network["token_endpoint"])
    kafka = network["kafka"]["bootstrap_servers"]
    table.add_row("Kafka", UP if _listens(kafka) else DOWN, kafka)
    mongodb = urlsplit(network["mongodb"]["intake"]["uri"]).netloc.rpartition("@")[2]
    table.add_row("MongoDB", UP if _listens(mongodb) else DOWN, mongodb)
    return table


def _clients(network: dict[str, Any]) -> Table:
    table = Table("client id", title="Demo credentials")
    # Never cut short: it is there to be copied.
    table.add_column("client secret", no_wrap=True, min_width=SECRET_WIDTH)
    table.add_column("clinic")
    table.add_column("roles")
    for client in network["clients"].values():
        clinic, roles = client["clinic"] or "all", ", ".join(client["roles"])
        table.add_row(client["client_id"], client["client_secret"], clinic, roles)
    return table


def _health(url: str) -> str:
    place = urlsplit(url)
    status = _http_status(str(place.hostname), int(place.port or 80), "/health/ready")
    if status is None:
        return DOWN
    return UP if status == 200 else NOT_READY


def _http_status(host: str, port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_WITHIN_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _listens(servers: str) -> bool:
    host, _, port = servers.split(",")[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), PROBE_WITHIN_S).close()
    except (OSError, ValueError):
        return False
    return True
