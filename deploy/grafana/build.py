"""`python -m deploy.grafana.build`: dashboards/*.json, made of boards/*.py. `make dashboards`."""

import json
from pathlib import Path

from deploy.grafana.boards import clinic, network, safety, service, spine
from deploy.grafana.boards.panels import dashboard

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (network.BOARD, clinic.BOARD, service.BOARD, spine.BOARD, safety.BOARD)


def built() -> dict[str, str]:
    """The text of each file, by its name."""
    return {
        f"{board.uid.removeprefix('kap-')}.json": json.dumps(dashboard(board), indent=2) + "\n"
        for board in BOARDS
    }


if __name__ == "__main__":
    for name, text in built().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
