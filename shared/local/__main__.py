"""`python -m shared.local run|status|verify|clean|lock|policy`, which the Makefile calls."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import psutil
from rich.console import Console

from shared.local import network, status
from shared.local.engines import Problem
from shared.local.engines.jars import JAR_LISTS
from shared.local.engines.process import end_leftovers, recorded_process
from shared.local.policy import print_policy
from shared.local.services import POLICY
from shared.local.settings import Settings, from_environment
from shared.local.verifying.network import verify
from shared.runtime.policy_file import PolicyError, load

STOPPED_WITHIN_S = 60
COMMANDS = ("run", "status", "verify", "clean", "lock", "policy")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.local")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--clinic", default="", help="whose policy; the network's if none")
    parser.add_argument("--json", action="store_true", help="what `verify` found, as JSON")
    parser.add_argument("--home", type=Path, default=None, help="the network's run folder")
    asked = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    try:
        if asked.command == "policy":
            print_policy(load(POLICY), asked.clinic, console)
        elif asked.command == "verify":
            settings = from_environment()
            home = asked.home or settings.home
            return verify(replace(settings, home=home), console, as_json=asked.json)
        else:
            _obey(asked.command, from_environment(), console)
    except (Problem, PolicyError) as problem:
        console.print(str(problem), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _obey(command: str, settings: Settings, console: Console) -> None:
    if command == "run":
        network.run(settings, console)
    elif command == "status":
        status.print_status(settings.home, console)
    elif command == "clean":
        _stop(settings)
    else:
        for jars in JAR_LISTS:
            jars.relock()


def _stop(settings: Settings) -> None:
    """What runs here, even if the one who started it was killed."""
    supervisor = recorded_process(settings.home / "network.pid")
    if supervisor:
        supervisor.terminate()
        psutil.wait_procs([supervisor], timeout=STOPPED_WITHIN_S)
    end_leftovers((settings.home / "pids").glob("*"))


if __name__ == "__main__":
    sys.exit(main())
