"""What the page is told about an item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nblabel.explore.word_scores import WordScores
from nblabel.pool.tables import Table
from nblabel.pool.texts import Texts
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.session.searching import SINGULAR
from nblabel.strategies import Reason
from nblabel.widget import text as words
from nblabel.widget.panel.column_choice import ColumnChoice
from nblabel.widget.panel.keys import LIKELIEST, has_many
from nblabel.widget.panel.pictures import QUESTION_SIDE, THUMBNAIL_SIDE, Pictures
from nblabel.widget.panel.state import PanelState
from nblabel.widget.panel.tags import describe_tags, label_of
from nblabel.widget.text import tags as tag_text
from nblabel.widget.view.packet import Html, Packet, cell_of

CHARACTERS, CHARACTERS_SMALL = 20_000, 400  # of a text, in full and where a small picture would be
LONGEST = 200  # characters of a value that stands beside an item
UNKNOWN = {"known": [], "answered": False}
UNREAD = {"buffer": None, "width": 0, "height": 0, "channels": 3}  # a file that was not opened yet


class Items:
    """Describes items to the page, which keeps the bytes it was sent once.

    Parameters
    ----------
    session : Session
        Labels and classes.
    state : PanelState
        What was learned.
    pictures : Pictures
        Pixels.
    """

    def __init__(self, session: Session, state: PanelState, pictures: Pictures) -> None:
        self._session, self._state, self._pictures = session, state, pictures
        media = session.pool.media
        # with several tags no word speaks for the prediction as a whole
        texts = media.texts if isinstance(media, Texts) and not session.multi_label else None
        self._word_scores = None if texts is None else WordScores(texts, session.random_state)
        self.columns = ColumnChoice(session)
        self._moment: tuple[int, Any] | None = None
        self._predicts = False
        self.forget()

    @property
    def noun(self) -> str:
        """What one item is called."""
        return SINGULAR[self._session.pool.kind]

    def weigh(self, model: Refit) -> None:
        """Count which words of texts go with what was learned; once that takes some seconds."""
        if self._word_scores is not None:
            self._word_scores.fit(model.proba)

    def forget(self) -> None:
        """Start with a page that holds nothing."""
        self._held: set[str] = set()
        self._held_neighbors: set[str] = set()

    def send_again(self, ids: Iterable[str]) -> None:
        """Take it that a page no longer has the bytes of some items."""
        self._held.difference_update(ids)
        self._held_neighbors.difference_update(ids)

    def question(self, index: int, packet: Packet, reason: Reason | None) -> dict[str, Any]:
        """Describe an item with its reason and deciding neighbours; `packet` takes the bytes."""
        return {
            **self.plain(index, packet),
            "words": self._words_for(index),
            "why": _why(reason),
            "neighbors": self._neighbors(index, packet),
        }

    def plain(self, index: int, packet: Packet) -> dict[str, Any]:
        """Describe an item of the queue without reasons."""
        item_id = self._session.pool.ids[index]
        is_at_hand = self._pictures.is_at_hand(index, QUESTION_SIDE)
        send = is_at_hand and item_id not in self._held and not packet.is_full
        if send:
            self._held.add(item_id)
        near = self._state.near
        stands_for = 1 if near is None else near.size(index)
        described = self._describe(index, packet, QUESTION_SIDE, send=send)
        more = {"near": stands_for} if stands_for > 1 else {}
        note = self._session.state.notes.get(item_id)
        return {**described, **more, **({"note": note} if note else {}), **self._beside(index)}

    def _beside(self, index: int) -> dict[str, Any]:
        """Return what stands beside an item."""
        columns = self._session.pool.beside
        if columns is None:
            return {}
        cells = [cell_of(one, LONGEST) for one in self.columns.cells("beside", index)]
        more = len(columns.columns) - len(cells)
        return {"beside": {"cells": cells, **({"more": more} if more else {})}}

    def thumbnail(self, index: int, packet: Packet) -> dict[str, Any]:
        """Describe an item with a small picture, sent in any case."""
        return self._describe(index, packet, THUMBNAIL_SIDE, send=True)

    def tile(self, index: int, packet: Packet, side: int) -> dict[str, Any]:
        """Describe an item with a picture of a size, sent in any case; in full from a size on."""
        described = self._describe(index, packet, side, send=True)
        if side >= QUESTION_SIDE:
            described |= self._beside(index)
        note = self._session.state.notes.get(self._session.pool.ids[index])
        return {**described, "note": note} if note else described

    def _describe(self, index: int, packet: Packet, side: int, *, send: bool) -> dict[str, Any]:
        item_id = self._session.pool.ids[index]
        answer = self._session.state.answers.get(item_id)
        if index in self._session.repeated or index in self._state.sorting:
            answer = None  # asked once more, as if nobody had answered
        label = None if answer is None else label_of(self._session, index)
        several = self._session.multi_label
        likely = self._likeliest(index)
        return {
            "id": item_id,
            "index": index,
            **({"likeliest": likely} if likely else {}),
            **self._media(index, packet, side, send=send),
            "label": label,
            "source": None if answer is None or label is None else answer.event.source,
            "prediction": self._prediction(index),
            **({"tags": self._tags(index)} if several else {}),
            "words": [],
            "why": None,
            "neighbors": [],
        }

    def _media(self, index: int, packet: Packet, side: int, *, send: bool) -> dict[str, Any]:
        """Return what is shown of an item: the fields image, text, row, error and html."""
        pool = self._session.pool
        media = {"image": None, "text": None, "row": None, "error": None}
        text = pool.text(index)
        characters = CHARACTERS if side >= QUESTION_SIDE else CHARACTERS_SMALL
        if text is not None:
            return {**media, "text": packet.text(text, characters, send)}
        if isinstance(pool.media, Table):
            cells, n_columns = self.columns.cells("row", index), len(pool.media.columns)
            return {**media, "row": packet.row(cells, send, n_columns)}
        # a page that needs it asks for it; to draw it here could take seconds, and keys would wait
        if not self._pictures.is_at_hand(index, side) and not (send and pool.kind == "images"):
            return {**media, "image": UNREAD}
        found = self._pictures.pack(index, side)
        if not isinstance(found, Html):
            return {**media, **packet.picture(found, send)}
        if side < QUESTION_SIDE:  # small, its words do
            return {**media, "text": packet.text(found.words, characters, send)}
        return {**media, "html": packet.html(found, send)}

    @property
    def _model(self) -> Refit | None:
        """What was learned, while there is anything to predict from."""
        # asked for each item of a list, and with several tags it looks at all pairs
        moment = (self._session.version, self._session.engine)
        if self._moment != moment:
            self._moment, self._predicts = moment, self._session.predicts
        return self._state.model if self._predicts else None

    def _prediction(self, index: int) -> dict[str, Any] | None:
        if self._session.multi_label:
            return None
        if index in self._state.hints:
            return self._state.hints[index]
        model = self._model
        if model is None:
            return None
        code, p = (part[index] for part in model.predicted)
        if code >= len(self._session.classes):
            return None  # its class was taken back a moment ago
        label = self._session.classes[code]
        if label in self._session.retired:  # a moment ago
            return None
        return {"label": label, "confidence": round(float(p), 4)}

    def _tags(self, index: int) -> dict[str, Any]:
        if index in self._session.repeated:  # as if nobody had answered
            return {**describe_tags(self._session, self._model, index), **UNKNOWN}
        return {
            **describe_tags(self._session, self._model, index),
            **self._state.hints.get(index, {}),
        }

    def said(self, index: int, item: dict[str, Any]) -> str:
        """Say in one line what an item is labeled as, or else predicted."""
        name, tags, guess = self._session.pool.name(index), item.get("tags"), item["prediction"]
        if tags and item["label"] is None and tags["predicted"] is not None:
            likely = [(one["label"], one["confidence"]) for one in tags["predicted"]]
            return tag_text.predicted(name, likely)
        predicted = guess and (guess["label"], guess["confidence"])
        return words.hovered(name, item["label"], item["source"], predicted)

    def _likeliest(self, index: int) -> list[str]:
        """Return the classes that keys give an item, where there are more classes than keys."""
        model, names = self._model, self._session.classes
        if model is None or not has_many(names):
            return []
        proba = model.proba[index]
        first = np.argsort(-proba, kind="stable")[:LIKELIEST]
        return [names[code] for code in first.tolist() if code < len(names)]

    def _words_for(self, index: int) -> list[str]:
        """Return the words of a text that speak for its prediction."""
        text, model = self._session.pool.text(index), self._state.model
        if self._word_scores is None or text is None or model is None:
            return []
        if self._prediction(index) is None:
            return []
        return self._word_scores.words(text, int(model.predicted[0][index]))

    def _neighbors(self, index: int, packet: Packet) -> list[dict[str, Any]]:
        neighbors = []
        for other, similarity in self._state.deciders.get(index, []):
            item_id = self._session.pool.ids[other]
            label = label_of(self._session, other)
            if label is None:
                continue  # taken back a moment ago
            new = item_id not in self._held_neighbors
            media = self._media(other, packet, THUMBNAIL_SIDE, send=new)
            self._held_neighbors.add(item_id)
            neighbors.append(
                {
                    "id": item_id,
                    "index": other,
                    "label": label,
                    "similarity": round(similarity, 3),
                    **{kind: media[kind] for kind in ("image", "text", "row")},
                }
            )
        return neighbors


def _why(reason: Reason | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    parts = [
        {"name": part.name, "value": round(part.value, 3), "text": part.text}
        for part in reason.parts
    ]
    return {"text": reason.text, "parts": parts}
