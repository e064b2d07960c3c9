"""The system's own Chromium under Playwright: nothing is downloaded to run the browser tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MISSING = f"no browser on PATH (one of {', '.join(NAMES)}): install Chromium to run these tests"
PHONE, DESK, WALL = (390, 844), (1280, 900), (2560, 1440)
ANSWERS_WITHIN_MS = 20_000


def executable() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless. Raises RuntimeError if there is none."""
    path = executable()
    if path is None:
        raise RuntimeError(MISSING)
    expect.set_options(timeout=ANSWERS_WITHIN_MS)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield started
        finally:
            started.close()


def context_of(browser: Browser, size: tuple[int, int] = DESK, **options: Any) -> BrowserContext:
    """`options`: Playwright's, such as `color_scheme` or `java_script_enabled`."""
    width, height = size
    opened = browser.new_context(viewport={"width": width, "height": height}, **options)
    opened.set_default_timeout(ANSWERS_WITHIN_MS)
    return opened


def sign_in(page: Page, console: str, person: str, onward: str = "/") -> None:
    """As a person of the demo network, on the development issuer's page."""
    page.goto(f"{console}/signin?next={onward}")
    page.get_by_role("button", name="Go to the sign-in page").click()
    page.locator(f'button[name=person][value="{person}"]').click()
    page.wait_for_url(f"{console}{onward}")
