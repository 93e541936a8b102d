"""The picture behind a panel: hidden by a panel that lives, shown in an HTML copy of the notebook."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import stop_clock
from tests.page.panel import Panel, item, questions

# as nbconvert writes the outputs of a cell; the panel is in the first
OUTPUTS = """() => {
    const cell = document.getElementById("cell");
    const outputs = document.createElement("div");
    outputs.innerHTML = `
        <div class="jp-OutputArea-child"><div class="nbl-advised" id="place"></div></div>
        <div class="jp-OutputArea-child" id="advice">
            <div class="jp-RenderedText" data-mime-type="text/plain"><pre>advice</pre></div></div>
        <div class="jp-OutputArea-child" id="still">
            <div class="jp-RenderedImage"><img alt="" src="data:," width="9" height="9"></div></div>
        <div class="jp-OutputArea-child" id="later">
            <div class="jp-RenderedImage"><img alt="" src="data:," width="9" height="9"></div></div>`;
    cell.before(outputs);
    document.getElementById("place").append(cell);
}"""
STATE = """() => {
    const state = document.createElement("script");
    state.type = "application/vnd.jupyter.widget-state+json";
    state.textContent = "{}";
    document.body.append(state);
}"""


@pytest.mark.parametrize("copied", [False, True])
def test_the_picture_shows_where_no_kernel_ever_spoke_in_a_copy(
    browser_page: Page, copied: bool
) -> None:
    stop_clock(browser_page)
    browser_page.evaluate(OUTPUTS)
    if copied:
        browser_page.evaluate(STATE)
    panel = Panel(browser_page)
    behind = [browser_page.locator("#advice"), browser_page.locator("#still")]
    for output in behind:
        expect(output).to_be_hidden()
    expect(browser_page.locator("#later")).to_be_visible()  # what else a cell shows stays
    browser_page.clock.run_for(5_100)
    for output in behind:
        expect(output).to_be_visible() if copied else expect(output).to_be_hidden()
    # there is a kernel after all, as in Voilà
    panel.deliver(questions([item(1)]), [[9] * 16])
    for output in behind:
        expect(output).to_be_hidden()
