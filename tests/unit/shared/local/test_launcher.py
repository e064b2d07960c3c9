"""`kap` finds its repository from anywhere, also through links, and leaves the folder as it is."""

import subprocess
from pathlib import Path

import pytest

from shared.local.install import write_launcher


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose .venv is a link to another one's; its Python tells how it was called."""
    binaries = tmp_path / "elsewhere" / ".venv" / "bin"
    binaries.mkdir(parents=True)
    python = binaries / "python"
    python.write_text('#!/bin/sh\necho "$PYTHONPATH|$(pwd)|$*"\n')
    python.chmod(0o755)
    write_launcher(binaries / "kap")
    root = tmp_path / "repository"
    root.mkdir()
    (root / ".venv").symlink_to(binaries.parent)
    return root


@pytest.mark.parametrize("way", ["direct", "by a link"])
def test_kap_runs_the_repository_it_was_called_from(repository: Path, way: str) -> None:
    launcher = repository / ".venv" / "bin" / "kap"
    if way == "by a link":
        link = repository.parent / "kap"
        link.symlink_to(launcher)
        launcher = link
    folder = repository.parent / "somewhere else"
    folder.mkdir()

    told = subprocess.run(
        [launcher, "site"], cwd=folder, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == f"{repository}|{folder}|-P -m services.site site"
