"""Checking and finishing: random checks, machine labels with a promise, a second look, curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from nblabel.quality.stopping import StopAdvisor
from nblabel.session import Session
from nblabel.session.engine import Engine, Refit, Snapshot
from nblabel.widget.aside import Aside
from nblabel.widget.assets import script, style
from nblabel.widget.checks import Measured, Measures, draw_now
from nblabel.widget.comparison import Comparison
from nblabel.widget.curves import Curves, CurvesFigure
from nblabel.widget.finish import Finish, Panel, Terms
from nblabel.widget.items import Items, Pictures
from nblabel.widget.mailbox import Mailbox
from nblabel.widget.palette import class_colors
from nblabel.widget.review import Review

MOST_CHECKS = 200  # drawn at a time
GAIN = "gain"  # below which stopping is advised; chosen in the panel, remembered beside the log

Answer = Callable[[dict[str, Any], Callable[[dict[str, Any]], Any]], None]


class QualityView(anywidget.AnyWidget):
    """The bar below the status, and what its buttons open. It knows the wire, not the session."""

    _esm = script("quality.js")
    _css = style("theme.css", "quality.css")

    checks = t.Dict().tag(sync=True)
    """How many questions are random checks, and how many are asked twice."""
    finish = t.Dict().tag(sync=True)
    """What can be accepted from the machine."""
    review = t.Dict().tag(sync=True)
    """How far the second look is."""
    curves = t.Dict().tag(sync=True)
    """Accuracy and confidence over the labels; sent while they are on screen."""
    compared = t.Dict().tag(sync=True)
    """What labels drawn at random would have taken, once somebody asked."""

    def __init__(self, receive: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.on_msg(Mailbox(lambda content, _: receive(content)))


class Quality:
    """Does what the view is told to, and shows what follows.

    Parameters
    ----------
    session : Session
    items, pictures
        Describe and read what is shown.
    panel : Panel
        Follows what is written to the log.
    receive : callable
        Called with each message of the view; hands those on to `hear` that are no answers.
    pace : callable
        Returns labels an hour, None where that is not known.
    words : callable
        Called with what the status is to say of something, and more of it for those who ask.
    complain : callable
        Called with the reason where a measurement failed.
    figure : CurvesFigure, optional
        Draws the curves in place of the view.
    """

    def __init__(
        self,
        session: Session,
        items: Items,
        pictures: Pictures,
        panel: Panel,
        receive: Callable[[dict[str, Any]], None],
        pace: Callable[[], float | None],
        words: Callable[[str, str, str], None],
        complain: Callable[[str], None],
        figure: CurvesFigure | None = None,
    ) -> None:
        self._session, self._panel, self._words = session, panel, words
        self.view = QualityView(receive)
        aside = Aside(session)
        self._measures = Measures(session, aside, pace, self._too_early, self._measured, complain)
        self._advisor = StopAdvisor()
        remembered = session.store.setting(GAIN)
        if remembered is not None:
            self._advisor.threshold = float(remembered)
        self.review = Review(session, aside, items, panel, self._setter("review"))
        self.curves = Curves(session, self._setter("curves"), figure)
        self._comparison = Comparison(
            session, aside, pace, lambda: self.wage, self._setter("compared")
        )
        self._finish = Finish(
            session, aside, items, pictures, panel, self._setter("finish"), self._send
        )
        self.follow()

    def hear(self, content: dict[str, Any]) -> None:
        """Do what a person wants."""
        kind = content.get("type")
        if kind == "open":
            self.open(content.get("part"))
        elif kind == "look":
            self._finish.choose(
                Terms(
                    float(content["max_error"]),
                    float(content["confidence"]),
                    bool(content["per_class"]),
                )
            )
        elif kind == "draw":
            self._finish.draw()
        elif kind == "accept":
            self._finish.accept(content["uid"], self._send)
        elif kind == "take_back":
            self._finish.take_back(content["uid"], self._send)
        elif kind == "cancel":
            self._finish.cancel()
        elif kind == "share":
            self._measures.choose(float(content["share"]))
            self.follow()
        elif kind == "repeats":
            self._measures.repeat(float(content["share"]))
            self.follow()
        elif kind == "check":
            text = draw_now(self._session, min(int(content["n"]), MOST_CHECKS))
            self._send({"type": "said", "text": text})
        elif kind == "gain":
            self._advisor.threshold = float(content["gain"])
            self._session.store.set_setting(GAIN, str(self._advisor.threshold))
            self.follow()
        elif kind == "compare":
            self._comparison.begin()
        elif kind == "cancel_compare":
            self._comparison.cancel()
        elif kind == "review":
            self.review.begin(accepted=bool(content.get("accepted")))
        elif kind == "review_end":
            self.review.end()

    @property
    def wage(self) -> float | None:
        """Money an hour, None where nobody said."""
        return self._measures.wage

    def pay(self, wage: float | None) -> None:
        """Tell what labeling costs at this wage from now on."""
        self._measures.pay(wage)
        self._tell_words()

    def open(self, part: Any) -> None:
        """Show one part, and none of the others; None: no part."""
        for name, each in (("finish", self._finish), ("curves", self.curves)):
            if name == part:
                each.open()
            elif each.is_open:
                each.close()

    def follow(self) -> None:
        """Follow a change of the log."""
        names = self._session.classes
        self.view.checks = {
            "share": self._session.audit_share,
            "repeats": self._session.repeat_share,
            "waiting": self._measures.n_waiting,
            "stop": {"gain": self._advisor.threshold, "labels": self._advisor.n},
            "colors": dict(zip(names, class_colors(len(names)), strict=True)),
        }
        self._tell_words()
        self.review.follow()
        self._finish.follow()

    def learned(self, refit: Refit) -> None:
        """Take note of what was learned from all labels."""
        self.curves.learned(refit)
        self._tell_words()
        self._measures.measure()

    def seen(self, snapshot: Snapshot, refit: Refit, engine: Engine) -> None:
        """In the thread that learns: whether it pays to go on."""
        y = snapshot.y.copy()
        y[snapshot.accepted] = -1
        self._advisor.see(int((y >= 0).sum()), refit.proba, engine)

    def _measured(self, found: Measured) -> None:
        if found.audit is not None and found.audit.n_checks:
            self.curves.measured(found.audit)
        self._tell_words()

    def _tell_words(self) -> None:
        for kind, (text, title) in self._measures.words.items():
            self._words(kind, text, title)
        advice, worked_out = self._advisor.advice, self._measures.advice
        if self._too_early() and worked_out is not None:
            advice = worked_out.at(self._advisor.threshold)
        # the rule is for those who ask
        self._words("advice", "" if math.isnan(advice.gain) else _first(advice.words), advice.words)

    def _too_early(self) -> tuple[int, float] | None:
        """Return what to look at where the advisor has not seen enough: after a restart, or a new model."""
        advisor = self._advisor
        enough = math.isnan(advisor.advice.gain) and self._session.n_labeled > advisor.n
        return (advisor.n, advisor.threshold) if enough else None

    def _setter(self, name: str) -> Callable[[dict[str, Any]], None]:
        return lambda state: setattr(self.view, name, state)

    def _send(self, content: dict[str, Any], buffers: Any = ()) -> None:
        self.view.send(content, list(buffers))


def _first(words: str) -> str:
    """Return a sentence without what stands in parentheses at its end."""
    return words.partition(" (")[0] + "."
