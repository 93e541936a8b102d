"""The gallery: the items that a page looks through, and what became of them since.

The page keeps the places of the items while labels and predictions change. What changed is told,
and which items do not meet the criteria any more; only another request puts them in order anew.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nblabel.arrays import BoolArray, IntArray, UInt16Array
from nblabel.log.coding import CODES
from nblabel.session import Session
from nblabel.session.facts import Facts, columns_of
from nblabel.session.searching import SINGULAR, SearchResult
from nblabel.widget import text
from nblabel.widget.panel.criteria import criteria_of
from nblabel.widget.panel.items import Items
from nblabel.widget.panel.pages import Page, Pages
from nblabel.widget.panel.pictures import Pictures
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import gallery as words
from nblabel.widget.view.packet import Packet
from nblabel.widget.work import groups
from nblabel.widget.work.doubted import Doubted, contradicted, stale
from nblabel.widget.work.replica import Replica
from nblabel.widget.work.worker import Task, Worker

SHOWS: dict[str, dict[str, Any]] = {
    "all": {},
    "unlabeled": {"labeled": False},
    "labeled": {"labeled": True},
    "skipped": {"status": "skipped"},
    "flagged": {"status": "flagged"},
    "noted": {"noted": True},
    "contradicted": {},
    "stale": {},
    "duplicates": {"duplicates": True},
    "missing": {"missing": True},
}
REVIEWED = {"contradicted": contradicted, "stale": stale}  # found in the background
ABOUT = {"both": "label_or_prediction", "label": "label", "prediction": "prediction"}
FOUND = 10_000  # items that a search by words or id shows; nobody looks through more
ALIKE = 60  # by likeness and meaning, where every item is more or less near
# how an item stands, as docs/wire.md has it
SKIPPED, FLAGGED, IN_PART, FIRST_CLASS, BY_MODEL = 1, 2, 3, 4, 1 << 15


@dataclass(eq=False)
class OpenGallery:
    """What a page looks through.

    Attributes
    ----------
    request : str
        What the page asked for it with.
    content : dict
        The message.
    among : ndarray of intp or None
        Positions that the criteria are applied to: drawn around, found, or to review.
    holds : ndarray of shape (n,), bool
        The items that it was opened with.
    codes : ndarray of shape (n,), uint16
        How the page knows each item to stand.
    cluster : dict or None
        The cluster that it is, and those beside it.
    doubted : Doubted or None
        The labels to review, where these are shown.
    task : Task or None
        What looks for them.
    is_waiting : bool
        Whether it waits until the items are embedded.
    """

    request: str
    content: dict[str, Any]
    among: IntArray | None = None
    holds: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    codes: UInt16Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    cluster: dict[str, Any] | None = None
    doubted: Doubted | None = None
    task: Task | None = None
    is_waiting: bool = False
    is_followed: bool = False
    is_due: bool = False


class Galleries:
    """Answers the galleries of all pages.

    Parameters
    ----------
    session, state, items, pictures, pages, worker, replica
    send : callable
        Called with a message and its buffers.
    trusted : callable
        `nblabel.widget.work.auto_label.AutoLabel.trusted`.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        items: Items,
        pictures: Pictures,
        pages: Pages,
        worker: Worker,
        replica: Replica,
        send: Callable[[dict[str, Any], list[Any]], None],
        trusted: Callable[[str, int], IntArray],
    ) -> None:
        self._trusted = trusted
        self._session, self._state, self._items = session, state, items
        self._pictures, self._pages, self._worker = pictures, pages, worker
        self._replica, self._send = replica, send
        self._open: dict[str, OpenGallery] = {}

    def open(self, page: Page, content: dict[str, Any]) -> None:
        """Answer a "gallery"."""
        among = content.get("indices")
        known = OpenGallery(content["request"], content)
        known.among = None if among is None else np.asarray(among, dtype=np.intp)
        self.leave(page)
        self._open[page.id] = known
        try:
            self._narrow(known)
        except (IndexError, ValueError) as error:  # the page may be older than the embeddings
            self._tell_none(page, known, text_of(error))
            return
        self._begin(page, known)

    def leave(self, page: Page) -> None:
        """Note that a page closed its gallery."""
        known = self._open.pop(page.id, None)
        if known is not None and known.task is not None:
            known.task.cancel()

    def look(self, page: Page, side: int, indices: list[int]) -> None:
        """Send pictures of a size."""
        n = len(self._session.pool)
        wanted = [index for index in indices if index < n]

        def send(_: object) -> None:
            packet = Packet()
            items = [self._items.tile(index, packet, side) for index in wanted]
            message = {"type": "tiles", "side": side, "items": items, "to": page.id}
            self._send(message, packet.buffers)

        def pack(_: object) -> None:
            for index in wanted:
                self._pictures.pack(index, side)

        self._worker.run("tiles", Task(work=pack, done=send))

    def follow(self) -> None:
        """Tell what changed, after labels or predictions have."""
        shown = {page.id: page for page in self._pages}
        self._open = {one: known for one, known in self._open.items() if one in shown}
        for one, known in self._open.items():
            if known.is_waiting and not self._session.awaits_embeddings:
                known.is_waiting = False
                self._begin(shown[one], known)
            elif len(known.codes) and (known.content["show"] != "duplicates" or self._state.near):
                self._follow(shown[one], known)

    # inside

    def _narrow(self, known: OpenGallery) -> None:
        """Take the items that a page alone wants, where these are known at once."""
        session, only = self._session, known.content.get("only", {})
        if set_ := only.get("trusted"):
            known.among = _both(self._trusted(set_["class"], set_["n"]), known.among)
        elif "near" in only:
            found = groups.nearly_equal(session, self._state, only["near"])
            known.among = _both(found, known.among)
        elif "cluster" in only:
            found, known.cluster = groups.cluster_of(session, self._state, only["cluster"])
            known.among = _both(found, known.among)
        elif "like" in only:
            session.positions(only["like"])

    def _begin(self, page: Page, known: OpenGallery) -> None:
        """Find what a page asked for; labels to review are looked for first."""
        show = known.content["show"]
        if show not in REVIEWED:
            self._find(page, known)
            return
        known.is_waiting = self._session.awaits_embeddings
        if known.is_waiting:  # nothing is predicted, so nothing is contradicted
            self._tell_none(page, known, words.REVIEWED_ONCE_EMBEDDED)
            return
        self._tell_none(page, known, words.REVIEWING[show])

        def heard(_step: str, share: float) -> None:
            if self._is_open(page, known) and known.doubted is None:
                self._tell_none(page, known, words.reviewing(show, share))

        def found(table: Any) -> None:
            known.task = None
            if isinstance(table, Exception):
                self._tell_none(page, known, text_of(table))
            elif self._is_open(page, known):
                known.doubted = Doubted.of(self._session, table)
                known.among = _both(known.doubted.rows, known.among)
                self._find(page, known)

        task = self._replica.work_out(REVIEWED[show], found, heard)
        if known.doubted is None:  # without an event loop it is done by now
            known.task = task

    def _as_group(self, known: OpenGallery, *, opened: bool) -> dict[str, Any]:
        """Return what there is to say of items that are to get one label."""
        content = known.content
        if not content.get("group"):
            return {}
        members = np.flatnonzero(known.holds)
        # what is like an item is of many classes by nature
        is_of_one = "like" not in content.get("only", {}) and "search" not in content
        warning = groups.contradiction_in(self._session, members) if is_of_one else ""
        likely = groups.likeliest_of(self._session, self._state, members) if opened else []
        told = {"warning": warning, "likeliest": likely}
        return {name: value for name, value in told.items() if value}

    def _find(self, page: Page, known: OpenGallery) -> None:
        content, session = known.content, self._session
        if session.awaits_embeddings and self._needs_embeddings(content):
            known.is_waiting = True
            self._tell_none(page, known, text.SEARCHED_ONCE_EMBEDDED)
            return
        if content["show"] == "duplicates" and self._state.near is None:
            self._tell_none(page, known, words.NOT_COMPARED)
            return
        search = self._search_of(content)

        def work(given: tuple[Facts, IntArray]) -> Any:
            facts, hidden = given
            if not self._is_open(page, known):  # the page asked for something else since
                return None
            found = None if search is None else search()
            return facts, found, self._members(facts, known, found), _codes(facts, hidden)

        def done(made: Any) -> None:
            if not self._is_open(page, known):
                return
            if isinstance(made, IndexError | KeyError | ValueError | TypeError):
                self._tell_none(page, known, text_of(made))
            elif isinstance(made, Exception):
                raise made
            else:
                self._show(page, known, *made)

        self._worker.run("gallery", Task(work=work, done=done, prepare=self._facts))

    def _needs_embeddings(self, content: dict[str, Any]) -> bool:
        """Return whether a gallery depends on what is similar to what."""
        by_meaning = self._session.searcher.by_meaning
        return (
            content["order"] in ("distance", "outliers", "central")
            or "like" in content.get("only", {})
            or ("search" in content and by_meaning(content["search"]["by"]))
        )

    def _search_of(self, content: dict[str, Any]) -> Callable[[], SearchResult] | None:
        """Return what searches, in any thread; None where nothing is searched for."""
        session, only = self._session, content.get("only", {})
        searcher, engine = session.searcher, session.engine
        if wanted := content.get("search"):
            n = ALIKE if searcher.by_meaning(wanted["by"]) else FOUND
            return lambda: searcher.by_text(wanted["query"], wanted["by"], n)
        if "like" in only:
            rows = session.positions(only["like"])
            name = session.pool.ids[int(rows[0])]
            return lambda: searcher.like(engine.X[rows], name, ALIKE, engine.scale)
        return None

    def _facts(self) -> tuple[Facts, IntArray]:
        """Return what is known now, and the items whose labels are not to be shown."""
        session, state = self._session, self._state
        hidden = np.array([*session.repeated.tolist(), *state.sorting], dtype=np.intp)
        return session.facts(state.model, state.near), hidden

    def _members(self, facts: Facts, known: OpenGallery, found: SearchResult | None) -> IntArray:
        """Return the positions of a gallery, in their order."""
        content, order = known.content, known.content["order"]
        if found is not None:
            known.among = _both(found.indices, known.among)
        if order in groups.ORDERS:
            members = groups.ORDERS[order](
                facts, _meeting(facts, known), self._session.random_state
            )
            return members[::-1] if content["descending"] else members
        members = _meeting(
            facts,
            known,
            order=None if order in ("position", "best", "trust") else order,
            of=content.get("of"),
            descending=content["descending"],
        )
        ranked = found.indices if order == "best" and found is not None else None
        if order == "trust" and known.doubted is not None:
            ranked = known.doubted.rows[:: -1 if content["descending"] else 1]
        return members if ranked is None else ranked[np.isin(ranked, members)]

    def _show(
        self,
        page: Page,
        known: OpenGallery,
        facts: Facts,
        found: SearchResult | None,
        members: IntArray,
        codes: UInt16Array,
    ) -> None:
        n, everything = len(members), len(facts)
        known.holds = np.zeros(everything, dtype=bool)
        known.holds[members] = True
        known.codes = codes
        whole = n == everything and bool((np.diff(members) == 1).all())
        stands = np.flatnonzero(codes)
        shown = words.found(n, everything, SINGULAR[facts.pool.kind])
        doubted = known.doubted
        if doubted is not None and not len(doubted.rows):
            shown = words.NO_DOUBT[known.content["show"]]
        suggested = {} if doubted is None else doubted.suggestions
        suggestions = [suggested[row] for row in members.tolist()] if suggested else []
        message = {
            "type": "gallery",
            "request": known.request,
            "n": n,
            "text": shown if found is None else f"{shown}. {found.lines[0]}",
            "columns": [column.name for column in columns_of(facts.pool)],
            **groups.values_in(facts, known.content, members),
            **({} if known.cluster is None else {"cluster": known.cluster}),
            **({"suggestions": suggestions} if suggestions else {}),
            **self._as_group(known, opened=True),
            "to": page.id,
        }
        # all of them in their own order need not travel
        order = b"" if whole else members.astype(np.uint32).tobytes()
        buffers = [order, stands.astype(np.uint32).tobytes(), codes[stands].tobytes()]
        self._send(message, buffers)

    def _follow(self, page: Page, known: OpenGallery) -> None:
        if known.is_followed:
            known.is_due = True
            return
        known.is_followed, known.is_due = True, False

        def prepare() -> tuple[Facts, IntArray, IntArray | None]:
            doubted = known.doubted
            return *self._facts(), None if doubted is None else doubted.settled(self._session)

        def work(given: tuple[Facts, IntArray, IntArray | None]) -> Any:
            facts, hidden, settled = given
            now = known.holds.copy()  # what is to be reviewed stays so until it is settled
            if settled is not None:
                now[settled] = False
            else:
                with suppress(ValueError, KeyError, TypeError):  # a class is gone: its items stay
                    meeting = _meeting(facts, known)
                    now[:] = False
                    now[meeting] = True
            return _codes(facts, hidden), now

        def done(made: Any) -> None:
            known.is_followed = False
            if isinstance(made, Exception):  # a class or a column is gone; what is shown stays
                return
            if self._is_open(page, known):
                self._tell_changes(page, known, *made)
                if known.is_due:
                    self._follow(page, known)

        task = Task(work=work, done=done, prepare=prepare, rests=True)
        self._worker.run("gallery changes", task)

    def _tell_changes(
        self, page: Page, known: OpenGallery, codes: UInt16Array, now: BoolArray
    ) -> None:
        changed = np.flatnonzero(codes != known.codes)
        left = np.flatnonzero(known.holds & ~now)
        known.codes = codes
        message = {
            "type": "gallery_changes",
            "request": known.request,
            "came": int(np.count_nonzero(now & ~known.holds)),
            **self._as_group(known, opened=False),
            "to": page.id,
        }
        buffers = [changed.astype(np.uint32).tobytes(), codes[changed].tobytes()]
        self._send(message, [*buffers, left.astype(np.uint32).tobytes()])

    def _is_open(self, page: Page, known: OpenGallery) -> bool:
        return self._open.get(page.id) is known

    def _tell_none(self, page: Page, known: OpenGallery, reason: str) -> None:
        message = {"type": "no_gallery", "request": known.request, "text": reason, "to": page.id}
        self._send(message, [])


def text_of(error: Exception) -> str:
    """Return what an error says; a KeyError puts its words in quotes."""
    return str(error.args[0] if error.args else error)


def _both(found: IntArray, among: IntArray | None) -> IntArray:
    """Return those of some positions that are among others, where there are others."""
    return found if among is None else np.intersect1d(found, among)


def _meeting(facts: Facts, known: OpenGallery, **order: Any) -> IntArray:
    """Return the positions of what meets all that a page asked, in an order."""
    content, among = known.content, known.among
    if content.get("criteria"):
        among = facts.where(**criteria_of(content["criteria"]), among=among)
    only = content.get("only", {})
    for name in ("nth_label", "confidence"):
        if name in only:
            among = facts.where(**{name: tuple(only[name])}, among=among)
    return facts.where(**_criteria(known), among=among, **order)


def _criteria(known: OpenGallery) -> dict[str, Any]:
    """Return the criteria of `Facts.where` for what a page asked."""
    content = known.content
    found = dict(SHOWS[content["show"]])
    if "label" in content:
        found[ABOUT[content.get("as", "both")]] = content["label"]
    return found


def _codes(facts: Facts, hidden: IntArray) -> UInt16Array:
    """Return how each item stands: nothing, skipped, flagged, in part, or of which class."""
    codes = np.zeros(len(facts), dtype=np.uint16)
    if facts.tags is None:
        labeled = facts.y >= 0
        codes[labeled] = facts.y[labeled] + FIRST_CLASS
        coarse = facts.coarse >= 0  # parent classes stand behind the others
        codes[coarse] = facts.coarse[coarse] + (FIRST_CLASS + len(facts.classes))
    else:
        codes[(facts.tags >= 0).any(axis=1)] = IN_PART
    codes[facts.status == CODES["skipped"]] = SKIPPED
    codes[facts.status == CODES["flagged"]] = FLAGGED
    codes[facts.status == CODES["model"]] |= BY_MODEL
    codes[hidden] = 0
    return codes
