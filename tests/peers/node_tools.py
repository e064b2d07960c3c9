"""Judges in another language; `make peers` installs them, and without it they are skipped."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "node"
MODULES = Path(__file__).parents[2] / ".cache" / "peers" / "node_modules"


def need(package: str) -> Path:
    """The folder of an installed npm package; skips the test where it is not there."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (MODULES / package).is_dir():
        pytest.skip(f"{package} is not installed: make peers")
    return MODULES / package


def post_referral(events_url: str, source: str, token: str) -> list[dict[str, Any]]:
    """What the door answered to the CloudEvents SDK for JavaScript, per post."""
    need("cloudevents")
    done = subprocess.run(
        [str(shutil.which("node")), str(HERE / "post_referral.cjs"), events_url, source],
        env={**os.environ, "NODE_PATH": str(MODULES), "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
