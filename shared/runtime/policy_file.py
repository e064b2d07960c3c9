"""Reads the policy document and refuses to start on one that is not whole."""

import json
from pathlib import Path
from typing import Any

from shared.kernel.policy import CourseTemplate, Policy


class PolicyError(Exception):
    """The policy document cannot be used; the message says where."""


def load(path: Path) -> Policy:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _policy(document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"policy {path.name}: {error!r}") from error


def _policy(document: dict[str, Any]) -> Policy:
    values = {key: _number(key, value) for key, value in document["values"].items()}
    templates = [CourseTemplate(**each) for each in document["protocols"]]
    return Policy(
        str(document["id"]),
        str(document["version"]),
        values,
        {template.code: template for template in templates},
    )


def _number(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{key} is not a number from 0")
    return value
