"""`make screenshots`: a picture of every page of the running demo network, for the README.

Takes what `make run` has started here; each picture is docs/pictures/console-<name>.png.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from shared.client.connection import running
from shared.client.errors import NotAnswering
from tests.kit.browser.chromium import DESK, PHONE, WALL, browser, context_of, sign_in

FOLDER = Path("docs/pictures")
BYTES_MAX = 300_000
RESPONDER = "tbody tr:has-text('remission') a"
"""In the list of patients."""


@dataclass(frozen=True)
class Shot:
    """`person` signs in and goes to `path`, and on by the link `follow`; `whole`: the page to its
    end."""

    name: str
    person: str
    path: str
    size: tuple[int, int] = DESK
    dark: bool = False
    whole: bool = True
    follow: str = ""


SHOTS = (
    Shot("start", "operations", "/"),
    Shot("operations", "operations", "/operations"),
    Shot("operations-dark", "operations", "/operations", dark=True),
    Shot("operations-phone", "operations", "/operations", PHONE, whole=False),
    Shot("policy", "operations", "/policy", whole=False),
    Shot("clinic", "riverside-nurse", "/clinic", whole=False),
    Shot("clinic-phone", "riverside-nurse", "/clinic", PHONE, whole=False),
    Shot("clinic-wall", "riverside-nurse", "/clinic", WALL, dark=True, whole=False),
    Shot("patient", "riverside-nurse", "/patients", whole=False, follow=RESPONDER),
    Shot("outcomes", "operations", "/outcomes", whole=False),
)


def main() -> int:
    try:
        console = running()["console"]["url"]
    except NotAnswering as nothing:
        sys.stderr.write(f"{nothing}\n")
        return 1
    with browser() as started:
        return max(_taken(started, console, shot) for shot in SHOTS)


def _taken(started: Browser, console: str, shot: Shot) -> int:
    scheme = "dark" if shot.dark else "light"
    with context_of(started, shot.size, color_scheme=scheme) as context:
        page = context.new_page()
        sign_in(page, console, shot.person, shot.path)
        if shot.follow:
            page.locator(shot.follow).first.click()
        page.wait_for_load_state("networkidle")
        file = FOLDER / f"console-{shot.name}.png"
        page.screenshot(path=file, full_page=shot.whole)
    size = file.stat().st_size
    print(f"{file}  {size // 1000} kB")
    return int(size > BYTES_MAX)


if __name__ == "__main__":
    sys.exit(main())
