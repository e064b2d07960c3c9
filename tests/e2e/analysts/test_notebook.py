"""The example notebook runs as it stands against the network, and says of how many it speaks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
NOTEBOOK = ROOT / "docs" / "notebooks" / "does_it_help.py"


def test_the_notebook_runs_from_top_to_bottom(network: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "network.json").write_text(json.dumps(network))

    ran = subprocess.run(
        [sys.executable, str(NOTEBOOK)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "people agreed to the stream" in ran.stdout
    assert "As of " in ran.stdout
