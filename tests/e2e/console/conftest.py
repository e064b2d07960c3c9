"""A real browser on the console of the running network; skipped, and it says so, without one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.kit.browser.chromium import DESK, MISSING, browser, context_of, executable, sign_in

Open = Callable[..., Page]
"""(person, path, size, and Playwright's options of a context) -> the page, signed in."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if executable() is None:
        pytest.skip(MISSING)
    with browser() as started:
        yield started


@pytest.fixture(scope="session")
def console(network: dict[str, Any]) -> str:
    """Its address."""
    return str(network["console"]["url"])


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, console: str) -> Callable[[str], Any]:
    """What a browser keeps of a person who has signed in; each signs in once."""
    kept: dict[str, Any] = {}

    def state(person: str) -> Any:
        if person not in kept:
            with context_of(chromium) as context:
                sign_in(context.new_page(), console, person)
                kept[person] = context.storage_state()
        return kept[person]

    return state


@pytest.fixture
def opened(chromium: Browser, console: str, signed_in: Callable[[str], Any]) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def page(person: str, path: str, size: tuple[int, int] = DESK, **options: Any) -> Page:
        context = context_of(chromium, size, storage_state=signed_in(person), **options)
        contexts.append(context)
        shown = context.new_page()
        shown.goto(f"{console}{path}")
        return shown

    yield page
    for context in contexts:
        context.close()
