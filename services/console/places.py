"""The places of the console: what the menu and the first page offer, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint

from services.console.reading import Reader
from shared.web.identity import Principal


@dataclass(frozen=True, slots=True)
class Figure:
    """One live number. `state` is `ok`, `warn`, `bad` or `unknown`; `words` say what it counts."""

    value: str
    words: str
    state: str = "ok"


@dataclass(frozen=True)
class Place:
    """A page as others see it. `may`: who is shown it."""

    path: str
    title: str
    words: str
    may: Callable[[Principal], bool]
    figure: Callable[[Reader, Principal], Figure]


@dataclass(frozen=True)
class Page:
    """A blueprint and, where it stands in the menu, its place."""

    blueprint: Blueprint
    place: Place | None = None


def everybody(_principal: Principal) -> bool:
    return True


def with_scope(scope: str) -> Callable[[Principal], bool]:
    return lambda principal: scope in principal.scopes
