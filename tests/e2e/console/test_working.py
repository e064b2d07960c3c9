"""People at the console: signing in and out, what is live, who may do what."""

from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.console.conftest import Open
from tests.kit.browser.chromium import context_of, sign_in


def test_somebody_signs_in_where_they_wanted_to_go_and_out_again(
    chromium: Browser, console: str
) -> None:
    with context_of(chromium) as context:
        page = context.new_page()
        sign_in(page, console, "operations", "/operations")
        expect(page.get_by_role("heading", level=1)).to_have_text("Operations")

        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{console}/signin")
        page.goto(f"{console}/operations")

        expect(page).to_have_url(f"{console}/signin?next=/operations")


def test_a_script_of_the_page_cannot_read_the_session(opened: Open) -> None:
    page = opened("operations", "/")

    assert page.evaluate("() => document.cookie") == ""
    assert page.context.cookies()


def test_the_page_looks_again_by_itself_and_leaves_what_the_reader_has_opened(
    opened: Open,
) -> None:
    page = opened("operations", "/operations")
    page.get_by_text("Lag by topic").click()
    moment = page.locator("time").first
    seen = moment.get_attribute("datetime")
    assert seen

    expect(moment).not_to_have_attribute("datetime", seen)

    expect(page.locator("#topics")).to_have_attribute("open", "")
    expect(page.locator("#topics summary")).to_be_focused()


def test_every_service_process_and_store_is_told_to_be_up(opened: Open) -> None:
    page = opened("operations", "/operations")

    for service in ("intake", "scheduling", "session-record", "outcomes"):
        row = _row(page, service)
        for part in ("api up", "consumer up", "relay up", "Kafka ok", "MongoDB ok"):
            expect(row).to_contain_text(part)
    expect(_row(page, "analytics")).to_contain_text("ready")


def test_a_nurse_reads_her_own_clinic_s_policy_and_no_operations(
    opened: Open, console: str
) -> None:
    page = opened("harbor-nurse", "/")
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_text(
        ["Clinic", "Patients", "Outcomes", "Policy"]
    )

    page.goto(f"{console}/policy?clinic=summit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Policy in force at harbor")
    expect(page.get_by_text("stricter than the network's 160")).to_be_visible()

    page.goto(f"{console}/operations")
    expect(page.get_by_text("This page is for operations")).to_be_visible()


def _row(page: Page, service: str) -> Locator:
    head = page.get_by_role("rowheader", name=service, exact=True)
    return page.locator("tr", has=head).first
