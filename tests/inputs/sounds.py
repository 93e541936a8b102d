"""Sounds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import nblabel as nb
from nblabel.pool.reading import MediaError
from tests.inputs.case import Kind, refused
from tests.sounds import RATE, sound_folder, tone

KIND = sounds = Kind("sounds", "Sounds")
TONES = [tone(0), tone(1)]


def heard(given: Any, options: dict[str, Any], home: Path) -> None:
    """Two sounds of half a second, as they are."""
    pool = nb.Pool(sounds=given, **options)
    assert (pool.kind, len(pool)) == ("sounds", 2)
    samples, rate = pool.sound(1)
    assert rate == RATE
    assert np.abs(samples[:, 0] - tone(1)).max() < 1e-3


TAKEN = {"array": TONES[0], "sampling_rate": RATE}
for name, brought, happens, given, options in (
    ("arrays", "a list of arrays, and their sampling rate", "a sound each", TONES, {"sampling_rate": RATE}),
    ("block", "one array of all of them", "a sound for each row", np.array(TONES), {"sampling_rate": RATE}),
    ("dicts", "dicts with array and sampling_rate, as a data set of the hub has them",
     "a sound each, with its own rate", [TAKEN, {**TAKEN, "array": TONES[1]}], {}),
):  # fmt: skip
    sounds.add(name, brought, happens, partial(heard, given, options))


@sounds("two channels", "both are kept, drawn and played")
def stereo(home: Path) -> None:
    both = np.stack(TONES, axis=1)
    assert nb.Pool(sounds=[both], sampling_rate=RATE).sound(0)[0].shape == (4000, 2)


@sounds("whole numbers of 16 bits", "between -1 and 1")
def sixteen_bits(home: Path) -> None:
    loud = nb.Pool(sounds=[np.array([0, 16_384, -32_768], np.int16)], sampling_rate=RATE)
    assert loud.sound(0)[0][:, 0].tolist() == [0, 0.5, -1]


@sounds("NaN among the samples", "silence there")
def nan(home: Path) -> None:
    one = nb.Pool(sounds=[np.array([0.5, np.nan, 0.25])], sampling_rate=RATE)
    assert one.sound(0)[0][:, 0].tolist() == [0.5, 0, 0.25]


@sounds(
    "a file that is no sound, among others",
    "shown as unreadable, with its name; the others are labeled",
)
def broken(home: Path) -> None:
    sound_folder(home, 3)
    (home / "1.wav").write_bytes(b"RIFF and nothing")
    pool = nb.Pool.from_folder(home)
    assert len(pool.sound(2)[0]) == 4000
    with refused("1.wav cannot be read", MediaError):
        pool.sound(1)


@sounds("a file that is gone", "said by its name when it is played")
def gone(home: Path) -> None:
    sound_folder(home, 2)
    pool = nb.Pool.from_folder(home)
    (home / "0.wav").unlink()
    with refused("0.wav cannot be read: not found", MediaError):
        pool.sound(0)


def not_taken(given: Any, options: dict[str, Any], words: str, home: Path) -> None:
    with refused(words):
        nb.Pool(sounds=given, **options)


AT_RATE = {"sampling_rate": RATE}
for name, brought, given, options, words in (
    ("no_rate", "arrays without a sampling rate", TONES, {}, "pass sampling_rate="),
    ("rate_of_files", "paths, and a sampling rate", ["a.wav"], AT_RATE, "files say theirs"),
    ("rate_zero", "a sampling rate of 0", TONES, {"sampling_rate": 0}, "pass the samples per second"),
    ("channels_first", "an array with the channels first", [np.zeros((4000, 100))], AT_RATE, "Put the samples first"),
    ("empty", "a sound without samples", [np.zeros(0)], AT_RATE, "sound 0 holds no samples"),
    ("mixed", "None among the sounds", [TONES[0], None], AT_RATE, "sound 1 is a NoneType"),
    ("one_path", "one path", "a.wav", {}, "single path"),
    ("one_number", "a number", 5, {}, "pass a list of arrays or paths"),
):  # fmt: skip
    sounds.add(
        f"refused_{name}",
        brought,
        "refused: what to pass",
        partial(not_taken, given, options, words),
    )
