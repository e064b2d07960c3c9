"""Reads the policy document and refuses to start on one that is not whole."""

import json
from dataclasses import fields
from math import inf
from pathlib import Path
from typing import Any

from shared.kernel.policy import CourseTemplate, Policy


class PolicyError(Exception):
    """The policy document cannot be used; the message says where."""


def load(path: Path) -> Policy:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _policy(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyError(f"policy {path.name}: {error!r}") from error


def _policy(document: dict[str, Any]) -> Policy:
    values = {key: _number(key, value) for key, value in document["values"].items()}
    templates = [_template(each) for each in document["protocols"]]
    if len({template.code for template in templates}) != len(templates):
        raise ValueError("two protocols have the same code")
    return Policy(
        str(document["id"]),
        str(document["version"]),
        values,
        {template.code: template for template in templates},
    )


def _template(values: dict[str, Any]) -> CourseTemplate:
    template = CourseTemplate(**values)
    for each in fields(template):
        if type(getattr(template, each.name)) is not each.type:
            raise ValueError(f"{each.name} of a protocol is of the wrong type")
    return template


def _number(key: str, value: object) -> float:
    """A finite number: NaN would make every comparison with it false, and so every rule silent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        raise ValueError(f"{key} is not a number from 0")
    return value
