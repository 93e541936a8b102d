"""One open panel in a browser, and the kernel at its other end."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

CLASSES = [
    {"name": "Sandal", "key": "1", "color": "#4e79a7"},
    {"name": "Boot", "key": "2", "color": "#f28e2b"},
    {"name": "Bag", "key": "3", "color": "#e15759"},
]
STORE = {"key": "log-1", "persistent": True, "text": "labels.sqlite"}
PROJECTION: dict[str, Any] = {
    "name": "pca",
    "running": False,
    "progress": 0,
    "text": "",
    "choices": [{"value": "pca", "text": "PCA"}, {"value": "umap", "text": "UMAP"}],
    "train": False,
}
TRAITS: dict[str, Any] = {
    "classes": CLASSES,
    "recent_classes": [],
    "pool": {"total": 5000, "noun": "image"},
    "multi_label": False,
    "store": STORE,
    "show_prediction": True,
    "highlight": "",
    "snapshot": {},
    "snapshot_bytes": None,
    "error": "",
    "closed": "",
    "map_kind": "canvas",
    "color_by": "prediction",
    "color_modes": [
        {"value": "prediction", "text": "Prediction"},
        {"value": "label", "text": "Label"},
    ],
    "find_target": "",
    "find_hint": "",
    "columns": {},
    "search_ways": ["auto", "id"],
    "guidelines": {},
    "legend": [],
    "clustering": {"n": 0, "finding": False, "suggested": 6},
    "projection": PROJECTION,
    "status": {},
    "hourly_rate": None,
    "exporting": {},
    "importing": {},
    "audit": {},
    "auto_label": {},
    "review": {},
    "learning_curves": {},
    "comparison": {},
    "revision": {"since": 0, "number": 0},
}
SIZE = 4
# What the page tells by itself, besides what a person does.
BY_ITSELF = ("front", "more", "explain", "set")


def item(number: int, **fields: Any) -> dict[str, Any]:
    """Item `image-<number>`, whose picture is plain grey of that number."""
    return {
        "id": f"image-{number}",
        "index": number,
        "image": {"buffer": None, "width": SIZE, "height": SIZE, "channels": 1},
        "text": None,
        "row": None,
        "error": None,
        "label": None,
        "source": None,
        "prediction": {"label": "Boot", "confidence": 0.83},
        "words": [],
        "why": {"text": "", "parts": []},
        "neighbors": [],
        **fields,
    }


def questions(
    items: list[dict[str, Any]], *, first: int = 0, done: bool = False, reset: bool = True
) -> dict[str, Any]:
    return {"type": "questions", "items": items, "first": first, "done": done, "reset": reset}


class Panel:
    """A panel with one view. `root` is the part that a test looks at."""

    part = ".nbl-panel"

    def __init__(self, page: Page, **traits: Any) -> None:
        self.page = page
        page.evaluate("traits => nbl.open(traits).then(() => {})", {**TRAITS, **traits})
        self.add_view()
        panels = page.locator(".nbl-panel")
        self.panel = panels.nth(panels.count() - 1)
        self.root = self.panel if self.part == ".nbl-panel" else self.panel.locator(self.part)

    def add_view(self) -> None:
        self.page.evaluate("async () => { (nbl.views ??= []).push(await nbl.widget.render()); }")

    def deliver(self, message: dict[str, Any], buffers: list[list[int]] | None = None) -> None:
        self.page.evaluate(
            "([m, b]) => nbl.widget.model.deliver(m, b.map((x) => Uint8Array.from(x)))",
            [message, buffers or []],
        )

    def ask(
        self,
        *numbers: int,
        done: bool = False,
        first: int = 0,
        reset: bool = True,
        **fields: Any,
    ) -> None:
        items = [item(number, **fields) for number in numbers]
        for i, one in enumerate(items):
            one["image"] = {**one["image"], "buffer": i}
        pixels = [[number % 256] * SIZE**2 for number in numbers]
        self.deliver(questions(items, first=first, done=done, reset=reset), pixels)

    def show(self, number: int, text: str = "", **fields: Any) -> None:
        """Put an item on screen; one that has a label is only looked at again."""
        revisit = fields.pop("revisit", fields.get("label") is not None)
        request = fields.pop("request", None)
        shown = item(number, **fields)
        shown["image"] = {**shown["image"], "buffer": 0}
        message = {"type": "show", "item": shown, "text": text, "revisit": revisit}
        if request is not None:
            message["request"] = request
        self.deliver(message, [[number % 256] * SIZE**2])

    def acknowledge(
        self, uid: str, text: str = "", *, ok: bool = True, retry: bool = False
    ) -> None:
        ack = {"type": "ack", "uid": uid, "ok": ok, "text": text}
        self.deliver(ack if ok else {**ack, "retry": retry})

    def write(self, **traits: Any) -> None:
        self.page.evaluate("traits => nbl.widget.model.write(traits)", traits)

    def kernel(self, *, alive: bool) -> None:
        self.page.evaluate("alive => { nbl.widget.model.alive = alive; }", alive)

    def sent(self, *types: str, again: bool = False) -> list[dict[str, Any]]:
        """Messages to the kernel, and `again` those that were sent again as nobody acknowledged them.

        On a busy machine two seconds pass within a test, and an event counts once for its kernel, too.
        What the page tells by itself is left out unless it is named.
        """
        messages = self.page.evaluate(
            "nbl.widget.model.sent.map(({ buffers, page, seq, ...content }) => content)"
        )
        wanted = [
            one
            for one in messages
            if (one["type"] in types if types else one["type"] not in BY_ITSELF)
        ]
        for one in wanted:
            if one["type"] != "front":
                one.pop("front", None)
        uids = [one.get("uid") for one in wanted]
        return [
            one
            for place, one in enumerate(wanted)
            if again or "uid" not in one or one["uid"] not in uids[:place]
        ]

    def press(self, *keys: str) -> None:
        self.root.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    @property
    def live(self) -> Locator:
        return self.panel.locator(".nbl-live")


class Queue(Panel):
    """The questions of an open panel."""

    part = ".nbl-queue"

    @property
    def saved(self) -> Locator:
        return self.root.locator(".nbl-saved")

    @property
    def note(self) -> Locator:
        return self.root.locator(".nbl-note")

    @property
    def next_ids(self) -> list[str]:
        names = self.root.locator(".nbl-next button").evaluate_all(
            "all => all.map((one) => one.getAttribute('aria-label'))"
        )
        return [name.removeprefix("Ask image ").removesuffix(" now") for name in names]

    @property
    def grey(self) -> int:
        """The grey of the picture on screen."""
        return self.root.locator(".nbl-picture").evaluate(
            "canvas => canvas.getContext('2d').getImageData(1, 1, 1, 1).data[0]"
        )

    def expect_image(self, number: int) -> None:
        expect(self.root.locator(".nbl-id")).to_have_text(f"image-{number}")
        assert self.grey == number % 256
