"""The pages in a real browser: for everybody, on every screen, by keyboard, without JavaScript."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import Open
from tests.e2e.console.pages import PAGES
from tests.kit.browser.axe import violations
from tests.kit.browser.chromium import PHONE, WALL

every_page = pytest.mark.parametrize(("person", "path", "heading"), PAGES)

FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex='0']"
)].filter(each => each.checkVisibility()).length"""
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  if (at === document.body) return null;
  at.dataset.reached = "yes";
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
}"""
REACHED = "() => document.querySelectorAll('[data-reached]').length"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_a_page_on_any_screen(
    opened: Open, person: str, path: str, heading: str, scheme: str
) -> None:
    page = opened(person, path, color_scheme=scheme, reduced_motion="reduce")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    for width, height in (PHONE, WALL):
        page.set_viewport_size({"width": width, "height": height})
        assert violations(page) == [], f"at {width} x {height}"
        assert page.evaluate(TOO_WIDE) <= 0, f"it scrolls sideways at {width} x {height}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_the_sign_in(opened: Open, console: str, scheme: str) -> None:
    page = opened("operations", "/", color_scheme=scheme)
    page.context.clear_cookies()
    page.goto(f"{console}/signin")

    assert violations(page) == []


@every_page
def test_every_control_is_reached_by_keyboard_and_shows_that_it_is(
    opened: Open, person: str, path: str, heading: str
) -> None:
    page = opened(person, path, java_script_enabled=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    _stop_the_live_parts(page)
    total: int = page.evaluate(FOCUSABLE)

    unseen = []
    for _ in range(total):
        page.keyboard.press("Tab")
        if not page.evaluate(FOCUSED):
            unseen.append(page.evaluate("() => document.activeElement.outerHTML"))

    assert unseen == []
    assert page.evaluate(REACHED) == total


def test_the_first_stop_leads_past_the_menu(opened: Open) -> None:
    page = opened("operations", "/operations")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@every_page
def test_a_page_is_whole_without_javascript(
    opened: Open, person: str, path: str, heading: str
) -> None:
    page = opened(person, path, java_script_enabled=False)

    assert page.locator("h1").inner_text() == heading
    assert "Looks again" not in page.locator("main").inner_text()


@every_page
def test_nothing_is_asked_of_anybody_but_the_console_and_nothing_is_blocked(
    opened: Open, console: str, person: str, path: str, heading: str
) -> None:
    page = opened(person, "/signin")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(f"{console}{path}", wait_until="networkidle")

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert {urlsplit(each).netloc for each in asked} == {urlsplit(console).netloc}
    assert [
        each for each in said if "status of 403" not in each and "status of 404" not in each
    ] == []


def _stop_the_live_parts(page: Page) -> None:
    """What is swapped while one walks is met twice."""
    page.route("**/live", lambda route: route.abort())
    page.route("**/cards", lambda route: route.abort())
    page.route("**/clinic/*", lambda route: route.abort())
