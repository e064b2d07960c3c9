"""axe-core's judgement of a page. It is run in the page past nobody's policy of content: evaluated,
not loaded, so that what is judged is the page as its readers have it."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  each => `${each.id}: ${each.help}: ${each.nodes.map(node => node.target.join(" ")).join(", ")}`
)"""


def violations(page: Page) -> list[str]:
    """Each as one line: which rule, and where."""
    page.evaluate(SOURCE)
    found: list[str] = page.evaluate(_RUN)
    return found
