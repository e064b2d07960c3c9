"""The command line: `python -m tests.simulation --seed 7` repeats what a test has printed."""

import argparse
import sys
import time

from shared.runtime import logs
from tests.simulation.report import describe, simulate

WORLDS, ACTIONS = 20, 1200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--worlds", type=int, default=WORLDS, help="how many, seed after seed")
    parser.add_argument("--actions", type=int, default=ACTIONS, help="in each world")
    asked = parser.parse_args()
    logs.configure("simulation", "simulation", "CRITICAL")
    began = time.monotonic()
    tally = simulate(range(asked.seed, asked.seed + asked.worlds), asked.actions)
    print(describe(tally, asked.actions))
    print(f"{tally.actions / (time.monotonic() - began):.0f} actions/s")
    sys.exit(bool(tally.witnesses))


if __name__ == "__main__":
    main()
