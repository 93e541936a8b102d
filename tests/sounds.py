"""Sounds, time series and objects for tests: small, of two kinds that can be told apart."""

from pathlib import Path

import numpy as np
from scipy.io import wavfile

RATE = 8_000


def tone(number: int, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    """An even number: a tone that rises, else a buzz of noise in short bursts."""
    rng = np.random.default_rng(number)
    t = np.arange(round(seconds * rate)) / rate
    if number % 2 == 0:
        pitch = 300 + 40 * rng.random()
        return (0.5 * np.sin(2 * np.pi * (pitch + 400 * t) * t)).astype(np.float32)
    bursts = (np.sin(2 * np.pi * 12 * t) > 0) * rng.normal(size=len(t))
    return (0.1 * bursts).astype(np.float32)


def sound_folder(folder: Path, n: int = 6) -> Path:
    """A folder with sounds as WAV files of 16 bits."""
    for number in range(n):
        samples = np.rint(tone(number) * 20_000).astype(np.int16)
        wavfile.write(folder / f"{number}.wav", RATE, samples)
    return folder


def wave_series(number: int, length: int = 120) -> np.ndarray:
    """An even number: a slow wave, else a fast one, with a phase of its own."""
    rng = np.random.default_rng(number)
    t = np.linspace(0, 1, length)
    rhythm = 3 if number % 2 == 0 else 17
    return np.sin(2 * np.pi * (rhythm * t + rng.random())) + 0.1 * rng.normal(size=length)
