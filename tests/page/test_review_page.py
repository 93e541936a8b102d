"""Labels to review in the gallery, in a browser: what is suggested, and the keys that settle it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.page.test_gallery_page import BAG, BOOT, BY_MODEL, Gallery

WHY = "Labeled Boot, and 10 % of its neighbours agree; without this label the model predicts Bag."
SUGGESTED = {
    0: ("Bag", 0.93),
    1: ("Bag", 0.81),
    2: ("Boot", 0.7),
    3: ("Boot", 0.6),  # its own label: the neighbours are against it
}
CODES = {0: BOOT, 1: BOOT, 2: BAG, 3: BOOT}


class Review(Gallery):
    """The gallery with labels to review."""

    def find(self, codes: dict[int, int] | None = None, **suggested: Any) -> None:
        """Answer that these labels are contradicted, the least trusted first."""
        given = suggested or {str(index): one for index, one in SUGGESTED.items()}
        suggestions = [
            {"index": int(index), "label": label, "confidence": p, "why": WHY}
            for index, (label, p) in given.items()
        ]
        members = [one["index"] for one in suggestions]
        self.tell(*members, codes=codes or CODES, suggestions=suggestions)
        self.give_tiles()
        expect(self.cell(members[0])).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.gallery.get_by_role("button", name=name, exact=True)

    def suggestion(self, number: int) -> Locator:
        return self.cell(number).locator(".nbl-gallery-suggestion")

    @property
    def labels(self) -> list[tuple[str, list[int]]]:
        """What was labeled, and which items."""
        posted = self.page.evaluate(
            "nbl.widget.model.sent.filter(({ type, relabel }) => type === 'label' && relabel)"
            ".map(({ uid, label, buffers: [one] }) => [uid, label, [...new Uint32Array(one)]])"
        )
        # what nobody acknowledges is sent again
        return [*{uid: (label, indices) for uid, label, indices in posted}.values()]

    def commit(self) -> None:
        """Acknowledge what was posted last."""
        self.acknowledge(self.sent("label", "undo", "flag")[-1]["uid"], "Done.")


@pytest.fixture
def closed(browser_page: Page) -> Review:
    review = Review(browser_page)
    browser_page.set_viewport_size({"width": 1000, "height": 900})
    review.ask(*range(10))
    return review


@pytest.fixture
def review(closed: Review) -> Review:
    closed.root.get_by_role("button", name="Review labels").press("Enter")
    closed.find()
    return closed


def test_a_button_opens_the_labels_to_review_the_least_trusted_first(closed: Review) -> None:
    closed.root.get_by_role("button", name="Review labels").press("Enter")
    assert closed.asked() == {"show": "contradicted", "order": "trust", "descending": False}
    assert closed.sent("review") == []
    closed.find()
    expect(closed.plane).to_be_focused()
    expect(closed.gallery.get_by_role("combobox", name="Order")).to_have_value("trust")
    closed.gallery.get_by_role("combobox", name="Show", exact=True).select_option("all")
    assert closed.asked() == {"show": "all", "order": "position", "descending": False}
    closed.tell(*range(20))
    expect(closed.button("Keep label")).to_be_hidden()
    option = closed.gallery.locator("option[value=trust]")
    expect(option).to_be_disabled()
    closed.gallery.get_by_role("combobox", name="Show", exact=True).select_option("stale")
    assert closed.asked() == {"show": "stale", "order": "trust", "descending": False}


def test_what_is_suggested_is_seen_and_heard_in_words(review: Review) -> None:
    expect(review.cell(0).locator(".nbl-gallery-label")).to_have_text("Boot")
    expect(review.suggestion(0)).to_have_text("→ Bag, 93 %")
    assert review.active == "Image image-0, Boot, suggested Bag, 93\u202f%"
    expect(review.suggestion(3)).to_have_text("most neighbours differ")
    review.key("Enter")
    known = review.gallery.locator(".nbl-gallery-known")
    expect(known).to_have_text(f"Boot · suggested Bag, 93 % · {WHY}")


def test_keys_settle_one_after_another_and_undo_goes_back(review: Review) -> None:
    review.key("!")
    assert review.labels == [("Bag", [0])]
    assert review.active.startswith("Image image-1,")
    expect(review.suggestion(0)).to_have_text("")
    expect(review.cell(0)).to_have_attribute("data-gone", "")  # its place stays
    expect(review.cell(0)).to_have_accessible_name("Image image-0, Bag, settled")
    expect(review.gallery.locator(".nbl-gallery-changes")).to_contain_text("1 of 4 settled")
    review.commit()
    review.key("*")
    assert review.labels[1:] == [("Boot", [1])]
    expect(review.cell(1)).to_have_accessible_name("Image image-1, Boot, settled")
    review.commit()
    assert review.active.startswith("Image image-2,")
    review.key("u")
    review.commit()
    assert review.active.startswith("Image image-1,")
    expect(review.suggestion(1)).to_have_text("→ Bag, 81 %")
    expect(review.gallery.locator(".nbl-gallery-changes")).to_contain_text("1 of 4 settled")
    review.change({0: BAG}, left=[0])  # as the kernel has it
    review.key("*")
    review.commit()
    review.key("3")  # a class key settles, too
    review.commit()
    assert review.sent("label")[-1]["label"] == "Bag"
    review.key("f")
    review.commit()
    expect(review.gallery.locator(".nbl-gallery-changes")).to_contain_text("All are settled.")
    expect(review.live).to_have_text("Done. All are settled.")
    expect(review.button("Keep label")).to_have_attribute("aria-disabled", "true")
    n = len(review.labels)
    review.key("*")
    expect(review.gallery.get_by_role("alert").last).to_have_text(
        "Nothing of it is left to review."
    )
    assert len(review.labels) == n


def test_what_is_chosen_is_settled_in_a_step_for_each_class(review: Review) -> None:
    review.key("Control+a")
    review.button("Take suggestion").click()
    assert sorted(review.labels) == [("Bag", [0, 1]), ("Boot", [2, 3])]
    expect(review.gallery.locator(".nbl-gallery-changes")).to_contain_text("All are settled.")
    assert review.chosen == []


def test_keep_gives_each_its_own_label(review: Review) -> None:
    review.cell(0).click()
    review.cell(2).click(modifiers=["Control"])
    review.button("Keep label").press("Enter")
    assert sorted(review.labels) == [("Bag", [2]), ("Boot", [0])]
    expect(review.cell(1)).not_to_have_attribute("data-gone", "")


def test_the_large_view_goes_on_by_the_same_keys(review: Review) -> None:
    review.key("Enter", "!")
    where = review.gallery.locator(".nbl-gallery-where")
    expect(where).to_have_text("2 of 4")
    review.key("ArrowLeft")
    known = review.gallery.locator(".nbl-gallery-known")
    expect(known).to_contain_text("Bag · settled")
    review.key("ArrowRight", "*")
    expect(where).to_have_text("3 of 4")
    review.commit()
    review.key("u")
    review.commit()
    expect(where).to_have_text("2 of 4")
    assert review.labels == [("Bag", [0]), ("Boot", [1])]


def test_what_the_kernel_refuses_is_open_again(review: Review) -> None:
    review.key("!")
    review.acknowledge(review.sent("label")[-1]["uid"], "Bag is no class.", ok=False)
    expect(review.suggestion(0)).to_have_text("→ Bag, 93 %")
    expect(review.cell(0)).not_to_have_attribute("data-gone", "")
    expect(review.gallery.get_by_text("Bag is no class.")).to_be_visible()
    expect(review.gallery.locator(".nbl-gallery-changes")).to_be_hidden()


def test_a_suggested_class_that_is_gone_is_not_taken(review: Review) -> None:
    classes = review.page.evaluate("nbl.widget.model.get('classes')")
    gone = [{**one, "retired": one["name"] == "Bag", "key": ""} for one in classes]
    review.write(classes=[{k: v for k, v in one.items() if v is not False} for one in gone])
    expect(review.suggestion(0)).to_have_text("")
    expect(review.button("Take suggestion")).to_have_attribute("aria-disabled", "true")
    review.key("!")
    assert review.labels == []
    review.key("*")
    assert review.labels == [("Boot", [0])]


def test_accepted_labels_are_reviewed_alike(closed: Review) -> None:
    closed.root.locator(".nbl-queue").focus()
    closed.key("#")
    closed.tell()
    closed.gallery.get_by_role("combobox", name="Show", exact=True).select_option("stale")
    closed.find({0: BOOT | BY_MODEL}, **{"0": ("Bag", 0.93)})
    expect(closed.cell(0)).to_have_accessible_name(
        "Image image-0, Boot, accepted from the model, suggested Bag, 93 %"
    )
    closed.plane.focus()
    closed.key("*")
    assert closed.labels == [("Boot", [0])]


def test_the_keys_mean_nothing_where_nothing_is_to_review(closed: Review) -> None:
    closed.root.locator(".nbl-queue").focus()
    closed.key("#")
    closed.tell(*range(20))
    closed.give_tiles()
    closed.key("*", "!")
    assert closed.sent("label") == []
    expect(closed.gallery.locator(".nbl-gallery-bar > .nbl-gallery-problem")).to_have_text("")


@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("large", [False, True])
def test_axe_finds_nothing(review: Review, width: int, scheme: str, large: bool) -> None:
    review.page.set_viewport_size({"width": width, "height": 768})
    review.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    review.key("!")
    if large:
        review.key("Enter")
        review.give_tiles()
    assert review.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    results = Axe().run(review.page, context=".nbl-gallery")
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 1366])
def test_the_list_of_keys_has_those_of_a_review_while_there_is_one(
    review: Review, width: int
) -> None:
    review.page.set_viewport_size({"width": width, "height": 768})
    review.key("?")
    keys = review.gallery.get_by_role("dialog", name="Shortcuts")
    expect(keys).to_contain_text("Take the suggestion")
    expect(keys.get_by_text("Sandal")).to_be_visible()
    review.key("!", "1")
    assert review.labels == []  # none of them acts below it
    results = Axe().run(review.page, context=".nbl-gallery")
    assert results.violations_count == 0, results.generate_report()
    review.key("?")
    expect(keys).to_be_hidden()
    expect(review.plane).to_be_focused()
    review.gallery.get_by_role("combobox", name="Show", exact=True).select_option("all")
    review.tell(*range(20))
    review.button("Shortcuts").click()
    expect(keys).to_contain_text("Choose all")
    expect(keys).not_to_contain_text("Take the suggestion")
    review.key("Escape")
    expect(keys).to_be_hidden()
