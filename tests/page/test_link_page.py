"""The link of a page with the kernel: what is lost is sent again, and heard once and in its order."""

import pytest
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions


class Link(Queue):
    """A queue whose kernel says by itself what it has heard."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page.evaluate(
            "() => { nbl.widget.model.numbers = nbl.widget.model.isSilent = false; }"
        )
        # what was said before is heard
        self.first = self.page.evaluate("nbl.widget.model.heard")
        self.tell(heard=self.first, first=0, next=0, told=-1)

    def say(self, number: int, message: dict, buffers: list[list[int]] | None = None) -> None:
        self.deliver({**message, "seq": number}, buffers)

    def tell(self, *, heard: int, first: int, next: int, told: int, revision: int = 0) -> None:  # noqa: A002
        ends = {"heard": heard, "first": first, "next": next, "told": told, "revision": revision}
        self.page.evaluate(
            """(ends) => {
                const { model } = nbl.widget;
                model.fire("msg:custom", {type: "told", to: model.page, tell: model.tells++, ...ends}, []);
            }""",
            ends,
        )

    def told(self) -> list[dict]:
        """What the page told of both ends."""
        return self.page.evaluate(
            """nbl.wire.filter(([side, one]) => side === "page" && one.type === "heard")
                .map(([, one]) => one)"""
        )

    def numbers(self, *types: str) -> list[int]:
        return self.page.evaluate(
            "types => nbl.widget.model.sent.filter((one) => types.includes(one.type)).map((one) => one.seq)",
            list(types),
        )


@pytest.fixture
def link(browser_page: Page) -> Link:
    return Link(browser_page)


def announce(text: str) -> dict:
    return {"type": "announce", "text": text}


def test_messages_of_the_kernel_are_heard_in_their_order_and_once(link: Link) -> None:
    link.page.evaluate(
        """() => {
            nbl.said = [];
            const live = document.querySelector(".nbl-live");
            new MutationObserver(() => nbl.said.push(live.textContent.trim())).observe(
                live, { childList: true, subtree: true, characterData: true });
        }"""
    )
    start = link.page.evaluate("nbl.widget.model.seq")
    for place in (2, 1, 1, 0, 2, 0):
        link.say(start + place, announce(f"word {place}"))
        link.page.wait_for_function("() => new Promise(requestAnimationFrame).then(() => true)")
    expect(link.live).to_contain_text("word 2")
    said = [one for one in link.page.evaluate("nbl.said") if one]
    assert list(dict.fromkeys(said))[-1].endswith("word 2")
    link.page.wait_for_function(
        "n => nbl.wire.some(([side, one]) => one.type === 'heard' && one.heard === n)",
        arg=start + 3,
    )


def test_what_the_kernel_did_not_hear_is_sent_again_with_its_number(link: Link) -> None:
    link.ask(1, 2, 3)
    link.press("1", "2")
    sent = link.numbers("label")
    assert len(sent) == 2
    link.page.wait_for_function(
        "n => nbl.wire.some(([, one]) => one.type === 'heard' && one.next > n)", arg=sent[-1]
    )
    told = link.told()[-1]
    assert told["next"] > sent[-1] >= told["first"]
    # it may be on its way: the page's last word was not heard
    link.tell(heard=sent[0], first=0, next=0, told=-1)
    assert link.numbers("label") == sent
    link.tell(heard=sent[0], first=0, next=0, told=told["tell"])
    assert link.numbers("label") == [*sent, *sent]
    link.tell(heard=sent[-1] + 1, first=0, next=0, told=told["tell"] + 5)
    assert link.numbers("label") == [*sent, *sent]


def test_an_order_of_questions_that_changed_is_not_told_again(link: Link) -> None:
    link.ask(1, 2, 3)
    link.ask(3, 2, 1)
    link.ask(2, 1)
    fronts = link.numbers("front")
    link.tell(heard=link.first, first=0, next=0, told=10**6)
    again = [one for one in link.numbers("front", "nothing") if one not in fronts[:-1]]
    assert again.count(fronts[-1]) == 2
    assert link.numbers("nothing") == fronts[:-1]


def test_a_page_that_missed_too_much_asks_for_everything(link: Link) -> None:
    before = len(link.numbers("ready"))
    link.tell(heard=link.first, first=50, next=50, told=-1)
    assert len(link.numbers("ready")) == before + 1
    ready = link.numbers("ready")[-1]
    # what is sent from there on is heard
    link.tell(heard=ready + 1, first=60, next=61, told=-1)
    link.say(60, questions([item(7)]), [])
    expect(link.root.locator(".nbl-id")).to_have_text("image-7")
    assert len(link.numbers("ready")) == before + 1


def test_a_page_notices_that_it_missed_traits(link: Link) -> None:
    def write(since: int, number: int, **traits: object) -> None:
        link.write(**traits, revision={"since": since, "number": number})

    def revision() -> int:
        link.page.evaluate("nbl.wire.length = 0")
        link.tell(heard=10**6, first=0, next=10**3, told=10**6, revision=99)
        return link.told()[-1]["revision"]

    write(0, 1, error="one")
    assert revision() == 1
    write(2, 3, error="three")
    assert revision() == 1
    write(0, 4, error="all")
    assert revision() == 4
    write(1, 2, error="late")
    assert revision() == 1


def test_a_connection_that_is_there_again_is_used_at_once(link: Link) -> None:
    link.page.evaluate("performance.now()")
    link.page.clock.install()
    n = len(link.told())
    link.page.clock.run_for(5000)
    link.page.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    assert len(link.told()) > n
