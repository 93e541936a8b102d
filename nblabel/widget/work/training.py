"""Training an encoder while labels are given, and moving the session over to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nblabel.embeddings.custom import join
from nblabel.session import Session
from nblabel.system.available import can_spawn, has
from nblabel.widget import text
from nblabel.widget.work.worker import Notify, Process

METHOD = "contrastive"
SECONDS = 300


class TrainingJob:
    """Trains what was wanted last; a `nblabel.widget.work.jobs.Job`.

    Parameters
    ----------
    session : Session
        Its pictures are trained on; it moves over to the codes.
    complain : callable
        Called with the reason, in words, if the training failed.
    """

    name = text.TRAINING

    def __init__(self, session: Session, complain: Callable[[str], None]) -> None:
        self._session, self._complain = session, complain
        self._wanted: tuple[str, dict[str, Any], bool] | None = None
        self._before = self._joined = session.embeddings

    @property
    def is_offered(self) -> bool:
        """Whether there are pictures to train on, and torch to do it with."""
        return self._session.pool.kind == "images" and has("torch") and can_spawn()

    def want(self, method: str, options: dict[str, Any], beside: bool) -> None:
        """Be due with an encoder.

        Raises
        ------
        ValueError, TypeError, ImportError
            If there can be no such encoder.
        """
        from nblabel.encoders import make_encoder  # loads scikit-learn, which a panel may not need

        if self._session.pool.kind != "images":
            raise ValueError(text.NO_IMAGES.format(self._session.pool.kind))
        make_encoder(method, **options).check()
        self._wanted = method, options, beside

    @property
    def is_due(self) -> bool:
        return self._wanted is not None

    def begin(self, notify: Notify) -> Process:
        from nblabel.jobs.encoder import TrainingProcess

        assert self._wanted is not None
        method, options, _ = self._wanted
        return TrainingProcess(self._session.pool, method, options, notify)

    def finish(self, made: Any) -> str:
        assert self._wanted is not None
        beside, self._wanted = self._wanted[2], None
        now = self._session.embeddings
        if now is not self._joined:  # else a second training takes the place of the first
            self._before = now
        self._session.set_embeddings(join([self._before, made]) if beside else made)
        self._joined = self._session.embeddings
        return text.TRAINED

    def fail(self, reason: str) -> str:
        self._wanted = None
        self._complain(text.TRAINING_FAILED_BY.format(reason))
        return text.TRAINING_FAILED

    def give_up(self) -> None:
        self._wanted = None
