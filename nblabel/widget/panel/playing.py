"""Sounds as a page plays them: a bounded part of one, as a WAV file."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.session import Session
from nblabel.widget.panel.pages import Page
from nblabel.widget.work.worker import Task, Worker

PART = 30.0  # seconds that are sent at once; a page asks for what follows
SLOWEST, FASTEST = 8_000, 48_000  # samples per second that every browser plays
MOST_CHANNELS = 2
LOUDEST = 32_767


class Playing:
    """Sends pages the sounds that they play, a part at a time.

    Parameters
    ----------
    session, worker
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        worker: Worker,
        send: Callable[[dict[str, Any], list[Any]], None],
    ) -> None:
        self._pool, self._worker, self._send = session.pool, worker, send

    def play(self, page: Page, item: str, start: float) -> None:
        """Send a part of a sound, read aside; the newest request counts."""
        if item not in self._pool or self._pool.kind != "sounds":
            return
        index = self._pool.index_of(item)

        def read(_: object) -> tuple[bytes, float]:
            found = self._pool.sound(index, start, PART)
            assert found is not None
            samples, rate = found
            return wav_of(samples, rate), len(samples) / rate

        def send(made: tuple[bytes, float] | Exception) -> None:
            answer = {"type": "sound", "id": item, "start": start, "to": page.id}
            if isinstance(made, Exception):
                self._send({**answer, "seconds": 0.0, "error": str(made)}, [])
            else:
                self._send({**answer, "seconds": made[1], "error": ""}, [made[0]])

        self._worker.run("play", Task(work=read, done=send), newest=True)


def wav_of(samples: FloatArray, rate: float) -> bytes:
    """Return samples as a WAV file of 16 bits that every browser plays.

    Parameters
    ----------
    samples : ndarray of shape (n, channels), float32
        1 is full scale; what is louder is scaled down. More than two channels are averaged.
    rate : float
        Samples per second; brought to 8,000 to 48,000.
    """
    if samples.shape[1] > MOST_CHANNELS:
        samples = samples.mean(axis=1, keepdims=True)
    played = min(max(round(rate), SLOWEST), FASTEST)
    if played != rate and len(samples):
        from scipy.signal import resample_poly

        ratio = Fraction(played / rate).limit_denominator(1000)
        samples = resample_poly(samples, ratio.numerator, ratio.denominator, axis=0)
    peak = max(float(np.abs(samples).max(initial=0.0)), 1.0)
    whole = np.rint(samples * (LOUDEST / peak)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(whole.shape[1])
        out.setsampwidth(2)
        out.setframerate(played)
        out.writeframes(whole.tobytes())
    return file.getvalue()
