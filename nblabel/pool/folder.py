"""The picture or sound files below a folder, and words on what is left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import is_zipfile

from nblabel.pool.reading import HEIC, INSTALL, suffix_of, suffixes
from nblabel.pool.sound_files import INSTALL as INSTALL_AUDIO
from nblabel.pool.sound_files import OTHERS, sound_suffixes
from nblabel.system.files import as_path
from nblabel.system.format import counted

SYSTEM = frozenset({"thumbs.db", "desktop.ini"})  # of Windows; those of others are hidden
LINKS = 3  # that a message names


def find_media(folder: Any, *, only_images: bool = False) -> tuple[str, list[str], str]:
    """Find the picture files below a folder, or the sound files where there are more of those.

    Parameters
    ----------
    folder : path-like
        Hidden files, and those in hidden folders, are not looked at.
    only_images : bool
        Whether sounds are none of what is looked for.

    Returns
    -------
    kind : {"images", "sounds"}
    paths : list of str
        Absolute, sorted by their parts. No `Path`: a hundred thousand of them take seconds.
    left_out : str
        How many files of which kinds are none that can be read, and which folders are links; ""
        where there is none.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no such file.
    """
    if not isinstance(folder, str | os.PathLike):
        advice = "; Pool(paths) takes paths" if isinstance(folder, Iterable) else ""
        raise TypeError(f"folder is a {type(folder).__name__}; pass the path of a folder{advice}.")
    root = as_path(folder)
    if root.is_file():
        advice = "unpack it" if is_zipfile(root) else "pass the folder it lies in, or Pool([path])"
        raise FileNotFoundError(f"{root} is a file; {advice}.")
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder {root}; check the path.")
    kinds = {"images": suffixes()} | ({} if only_images else {"sounds": sound_suffixes()})
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    left_out: Counter[str] = Counter()
    links: list[str] = []
    top = str(root.absolute())
    for name in _files_below(top, "", links):
        suffix = suffix_of(name)
        kind = next((one for one, readable in kinds.items() if suffix in readable), "")
        if kind:
            found[kind].append(name)
        else:
            left_out[suffix] += 1
    kind = max(found, key=lambda one: len(found[one]))  # of as many, images
    chosen = found.pop(kind)
    left_out.update(suffix_of(name) for names in found.values() for name in names)
    names = sorted(chosen, key=lambda name: os.path.normcase(name).split(os.sep))
    paths = [os.path.join(top, name) for name in names]
    words = " ".join(part for part in (_left_out(left_out), _not_followed(links)) if part)
    if not paths:
        sounds = "" if only_images else f", no sound ({_listed(sound_suffixes())})"
        raise FileNotFoundError(
            f"{root} holds no image file (.jpg, .png, .tif and others that Pillow reads){sounds}. "
            f"{words}"
        )
    return kind, paths, words


def _files_below(top: str, below: str, links: list[str]) -> Iterator[str]:
    """Return the names of files below a folder, as seen from it; note links to folders."""
    try:
        entries = list(os.scandir(os.path.join(top, below)))
    except OSError:  # nobody may look into it
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in SYSTEM:
            continue
        name = os.path.join(below, entry.name)
        if not _is_folder(entry):
            yield name
        elif entry.is_symlink():  # it may lead out of the folder, or in a circle
            links.append(name.replace(os.sep, "/"))
        else:
            yield from _files_below(top, name, links)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _not_followed(links: list[str]) -> str:
    if not links:
        return ""
    listed = ", ".join(map(repr, sorted(links)[:LINKS]))
    more = f" and {len(links) - LINKS} more" if len(links) > LINKS else ""
    are = "is a link to a folder" if len(links) == 1 else "are links to folders"
    return f"{listed}{more} {are}, and not looked into; Pool(paths) takes the files in it."


def _left_out(kinds: Counter[str]) -> str:
    if not kinds:
        return ""
    order = sorted(kinds, key=lambda suffix: (-kinds[suffix], not suffix, suffix))
    listed = ", ".join(f"{kinds[suffix]:,} {suffix or 'without an ending'}" for suffix in order)
    install = "".join(
        f"; for {' and '.join(advice)}: {how}"
        for how, endings in (
            (INSTALL, HEIC - suffixes()),
            (INSTALL_AUDIO, OTHERS - sound_suffixes()),
        )
        if (advice := [suffix for suffix in sorted(kinds) if suffix in endings])
    )
    return f"{counted(kinds.total(), 'file')} left out: {listed}{install}."


def _listed(endings: frozenset[str]) -> str:
    usual = [one for one in (".wav", ".flac", ".ogg", ".mp3") if one in endings]
    return ", ".join(usual)
