"""`python -m shared.local verify`: every service's `verify`, one after the other, as one table."""

import json
import subprocess
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.local.engines import Problem
from shared.local.services import (
    PACKAGES,
    Backends,
    ServiceProcess,
    environment_of,
)
from shared.local.settings import Settings

LOOK, AWAY = 5, 4


def verify(settings: Settings, console: Console, *, as_json: bool) -> int:
    """The exit code: 0 all holds, 5 somebody must look, 4 a service could not be verified."""
    backends = _backends(settings)
    told = [_verified(each, settings, backends) for each in PACKAGES]
    if as_json:
        console.print_json(json.dumps(told))
    else:
        _print(told, console)
    if any("error" in each for each in told):
        return AWAY
    found = [each for service in told for each in service["invariants"]]
    return LOOK if any(each["violations"] for each in found) else 0


def _backends(settings: Settings) -> Backends:
    file = settings.home / "network.json"
    if not file.exists():
        raise Problem("No network has been started here: `make run` starts one.")
    network = json.loads(file.read_text(encoding="utf-8"))
    if not network["mongodb"]:
        raise Problem("MongoDB has no address here: verify where it has one.")
    kafka = network["kafka"]["bootstrap_servers"]
    return Backends(kafka, network["mongodb"]["intake"]["uri"])


def _verified(service: str, settings: Settings, backends: Backends) -> dict[str, Any]:
    environment = environment_of(ServiceProcess(service, "verify", 0), settings, backends)
    command = [sys.executable, "-m", f"services.{PACKAGES[service]}", "verify", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"service": service, "error": last, "invariants": []}
    return found


def _print(told: list[dict[str, Any]], console: Console) -> None:
    table = Table("service", "invariant", "checked", "violations")
    for service in told:
        for each in service["invariants"]:
            colour = "red" if each["violations"] else "green"
            checked, violations = f"{each['checked']:,}", f"[{colour}]{each['violations']}[/]"
            table.add_row(service["service"], each["invariant"], checked, violations)
    console.print(table)
    for service in told:
        if "error" in service:
            console.print(f"{service['service']}: {service['error']}", style="red", markup=False)
        for each in service["invariants"]:
            about = f"{service['service']} {each['invariant'].split()[0]}"
            for line in each["witnesses"]:
                console.print(f"{about} ! {line}", style="red", markup=False)
            for line in each["notes"]:
                console.print(f"{about} - {line}", markup=False)
