"""Who may import whom: the contracts of pyproject.toml, checked by import-linter."""

import os
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def test_every_room_imports_only_what_stands_below_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    code = lint_imports(config_filename="pyproject.toml", no_logo=True)

    assert code == os.EX_OK, capsys.readouterr().out
