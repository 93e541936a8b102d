"""Starting over in a browser: asked twice, and told where the log is."""

from playwright.sync_api import Page, expect

from tests.page.test_status_page import open_status


def sent(page: Page) -> list[str]:
    kinds: list[str] = page.evaluate("nbl.widget.model.sent.map(({ type }) => type)")
    return kinds


def test_starting_over_is_confirmed(browser_page: Page) -> None:
    status = open_status(browser_page)
    button = status.get_by_role("button", name="Start over…")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    form = status.get_by_role("form", name="Start over")
    expect(form).to_contain_text("kept aside in a file with a number, such as labels-1.sqlite")
    expect(form).to_contain_text("Undo cannot bring them back")
    expect(form.get_by_role("button", name="Cancel")).to_be_focused()
    browser_page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_be_hidden()
    assert "start_over" not in sent(browser_page)
    button.click()
    form.get_by_role("button", name="Keep the log aside, and start over").click()
    assert sent(browser_page).count("start_over") == 1
