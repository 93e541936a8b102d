"""Embedding the items of a pool while they are labeled already."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from nblabel.arrays import BoolArray, FloatArray
from nblabel.embeddings.networks import told_in_steps
from nblabel.embeddings.registry import embeddings_of
from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError, Pictures
from nblabel.pool.stretch import spread
from nblabel.session import Session
from nblabel.system import progress
from nblabel.system.available import can_thread
from nblabel.system.priority import give_way
from nblabel.widget import text
from nblabel.widget.view.hosts import is_attended
from nblabel.widget.work.worker import CancelledError, Notify

PATIENCE = 2.0  # seconds that a panel waits for embeddings before it opens
FEW, FEW_PIXELS = 500, 100_000_000  # of more items or pixels, a person comes first
LOOKED_AT = 5  # pictures, for how many pixels there are
NICE = 15  # of 19
PAUSE = 0.2  # seconds from one report to the next
TOLD_AFTER = 0.002  # of the work; how long it takes can be told by then

_one_at_a_time = threading.Lock()  # a second panel on the same items finds them on disk


def begin_embedding(session: Session) -> Embedding | None:
    """Embed the items of a session that waits for it.

    Parameters
    ----------
    session : Session

    Returns
    -------
    Embedding or None
        What goes on with it beside the labeling, where it takes more than two seconds, or will for
        sure, as the pictures are large; None where the session has its embeddings. A plain script,
        in which nothing runs beside, waits for them, and so do a notebook that nobody attends and a
        browser, which has no threads.

    Raises
    ------
    Exception
        As `nblabel.embed`.
    """
    if not session.awaits_embeddings:
        return None
    try:
        asyncio.get_running_loop()
        is_beside = is_attended() and can_thread()
    except RuntimeError:
        is_beside = False
    if not is_beside:
        made: FloatArray | None = embeddings_of(session.pool, session.random_state)
    else:
        embedding = Embedding(session.pool, session.random_state)
        made = None if embedding.is_large else embedding.wait(PATIENCE)
    if made is None:
        return embedding
    session.set_embeddings(made, by_default=True)
    return None


class Embedding:
    """Embeds a pool in a thread of its own, which gives way to everything else.

    It begins with the first `wait` or `tell`.

    Parameters
    ----------
    pool : Pool
        Without embeddings.
    random_state : int
        Seed, as for `nblabel.embed`.
    """

    def __init__(self, pool: Pool, random_state: int) -> None:
        self._pool, self._random_state = pool, random_state
        self.is_large = _n_pixels(pool) > FEW_PIXELS
        """Whether the pictures are so large that it takes long for sure."""
        self._notify: Notify | None = None
        self._made: FloatArray | None = None
        self._error: Exception | None = None
        self._is_cancelled = False
        self._ended, self._lock = threading.Event(), threading.Lock()
        self._told = self._seconds_left = 0.0
        self._thread = threading.Thread(target=self._run, name="nblabel-embedding", daemon=True)

    def wait(self, seconds: float) -> FloatArray | None:
        """Begin, and return the embeddings, None if they are not there in so many seconds.

        Raises
        ------
        Exception
            As `nblabel.embed`.
        """
        self._thread.start()
        until = time.monotonic() + seconds
        while not self._ended.wait(PAUSE) and time.monotonic() + self._seconds_left < until:
            pass
        if self._error is not None:
            raise self._error
        return self._made

    def tell(self, notify: Notify) -> None:
        """Have somebody told how far it is, and once what was made; from the other thread.

        One that was not waited for begins now.
        """
        with self._lock:
            self._notify = notify
            if self._ended.is_set():
                notify(self._news())
        if self._thread.ident is None:
            self._thread.start()

    def cancel(self) -> None:
        """Stop at the next step; nothing is told any more."""
        self._is_cancelled = True

    def _run(self) -> None:
        if len(self._pool) > FEW or self.is_large:
            give_way(NICE)
        self._begun = time.monotonic()
        try:
            with progress.heard_by(self._hear), told_in_steps(self._step):
                while not _one_at_a_time.acquire(timeout=PAUSE):
                    self._check()
                try:
                    self._begun = time.monotonic()
                    self._made = embeddings_of(self._pool, self._random_state)
                finally:
                    _one_at_a_time.release()
        except Exception as error:  # noqa: BLE001  told in the panel, whatever it is
            self._error = error
        with self._lock:
            self._ended.set()
            self._say(self._news())

    def _hear(self, name: str, share: float) -> None:
        self._check()
        now = time.monotonic()
        if now - self._told < PAUSE:
            return
        self._told = now
        if share > TOLD_AFTER:
            self._seconds_left = (now - self._begun) * (1 - share) / share
            name = text.time_left(name, self._seconds_left)
        self._say({"text": name, "progress": share})

    def _step(self, X: FloatArray, embedded: BoolArray) -> None:
        self._say({"part": (X, embedded)})

    def _check(self) -> None:
        if self._is_cancelled:
            raise CancelledError

    def _news(self) -> dict[str, object]:
        if self._error is not None:
            return {"error": str(self._error) or type(self._error).__name__}
        return {"done": self._made}

    def _say(self, news: dict[str, object]) -> None:
        if self._notify is None or self._is_cancelled:
            return
        with suppress(RuntimeError):  # the event loop is closed: nobody listens any more
            self._notify(news)


def _n_pixels(pool: Pool) -> float:
    """Return about how many pixels the pictures of a pool have, without decoding any."""
    if pool.kind != "images":
        return 0.0
    areas = []
    for index in spread(len(pool), LOOKED_AT):
        with suppress(MediaError):
            height, width, _ = cast(Pictures, pool.media).shape(index)
            areas.append(height * width)
    return len(pool) * sum(areas) / len(areas) if areas else 0.0


class EmbeddingJob:
    """Moves a session over to its embeddings; a `nblabel.widget.work.jobs.Job`.

    Parameters
    ----------
    session : Session
    embedding : Embedding, optional
        That of the session's pool, where it has begun.
    complain : callable
        Called with the reason, in words, if there will be none.
    """

    name = text.EMBEDDING

    def __init__(
        self, session: Session, embedding: Embedding | None, complain: Callable[[str], None]
    ) -> None:
        self._session, self._embedding, self._complain = session, embedding, complain

    @property
    def is_due(self) -> bool:
        return self._session.awaits_embeddings and self._embedding is not None

    def begin(self, notify: Notify) -> Embedding:
        assert self._embedding is not None
        self._embedding.tell(notify)
        return self._embedding

    def finish(self, made: FloatArray) -> str:
        self._embedding = None
        if self._session.awaits_embeddings:  # else it was given others meanwhile
            self._session.set_embeddings(made, by_default=True)
        return text.EMBEDDED

    def take(self, part: tuple[FloatArray, BoolArray]) -> None:
        """Move over to the embeddings of some items."""
        X, embedded = part
        if self._session.awaits_embeddings:
            self._session.set_embeddings(X, by_default=True, embedded=embedded)

    def fail(self, reason: str) -> str:
        self._embedding = None
        self._complain(text.EMBEDDING_FAILED_BY.format(reason.rstrip(".")))
        return text.EMBEDDING_FAILED

    def give_up(self) -> None:
        self._embedding = None
        self._complain(text.EMBEDDING_CANCELLED)
