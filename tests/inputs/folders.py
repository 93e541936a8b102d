"""Folders of pictures."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from tests.inputs.case import Kind, labels, refused, warned

KIND = folders = Kind("folders", "Folders")


def picture(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), colour).save(path)
    return path


@folders("hidden files and folders, Thumbs.db, .DS_Store, __MACOSX/._a.jpg", "left out")
def system_files(home: Path) -> None:
    picture(home / "a.png")
    picture(home / ".cache" / "b.png")
    picture(home / ".c.png")
    (home / "__MACOSX").mkdir()
    for name in ("Thumbs.db", ".DS_Store", "__MACOSX/._a.jpg"):
        (home / name).write_bytes(b"\0\5\x16\7")
    assert tuple(nb.Pool.from_folder(home).ids) == ("a.png",)


@folders("names with a line break, an emoji, quotes and a comma", "kept, also in the export")
def odd_names(home: Path) -> None:
    names = sorted(["a\nb.png", "😀.png", 'say "x", y.png', " lead.png"])
    for name in names:
        picture(home / "in" / name)
    session = nb.Session(nb.Pool.from_folder(home / "in"), ["x", "y"])
    assert list(session.pool.ids) == names
    session.tell(range(4), ["x", "y", "x", "y"])
    session.export(home / "out.csv")
    again = nb.Session(nb.Pool.from_folder(home / "in"), ["x", "y"])
    again.import_labels(home / "out.csv")
    assert labels(again) == labels(session)


@folders("files of other kinds among pictures", "left out, with a warning that counts them")
def other_files(home: Path) -> None:
    picture(home / "a.png")
    for name in ("notes.txt", "video.mp4", "README", "more.txt"):
        (home / name).touch()
    with warned(r"4 files left out: 2 \.txt, 1 \.mp4, 1 without an ending"):
        pool = nb.Pool.from_folder(home)
    assert tuple(pool.ids) == ("a.png",)


@folders("endings in capital and small letters", "all are taken")
def mixed_endings(home: Path) -> None:
    for name in ("a.PNG", "b.Png", "c.TIF"):
        picture(home / name)
    assert tuple(nb.Pool.from_folder(home).ids) == ("a.PNG", "b.Png", "c.TIF")


@folders("a link that leads to itself", "said by name when it is read")
def link_to_itself(home: Path) -> None:
    picture(home / "a.png")
    (home / "loop.png").symlink_to(home / "loop.png")
    pool = nb.Pool.from_folder(home)
    with refused(r"loop\.png cannot be read: "):
        pool.image(1)


@folders("a folder with a link to the folder above", "each picture once, and no end is missed")
def loop_of_folders(home: Path) -> None:
    picture(home / "p" / "a.png")
    (home / "p" / "up").symlink_to(home / "p", target_is_directory=True)
    with warned(r"up.* link"):
        pool = nb.Pool.from_folder(home / "p")
    assert tuple(pool.ids) == ("a.png",)


@folders("a link to a folder elsewhere", "left out, with a warning that names it")
def linked_folder(home: Path) -> None:
    picture(home / "other" / "b.png")
    picture(home / "p" / "a.png")
    (home / "p" / "more").symlink_to(home / "other", target_is_directory=True)
    with warned(r"more.* link"):
        pool = nb.Pool.from_folder(home / "p")
    assert tuple(pool.ids) == ("a.png",)


@folders("a link to a file elsewhere", "refused: the file, leave it out")
def linked_file(home: Path) -> None:
    picture(home / "b.png")
    picture(home / "p" / "a.png")
    (home / "p" / "c.png").symlink_to(home / "b.png")
    with refused(r"c\.png leads outside the folder .*; leave it out"):
        nb.Pool.from_folder(home / "p")


@folders("a folder that is called x.png", "looked into, not read")
def folder_like_a_file(home: Path) -> None:
    picture(home / "x.png" / "a.png", "blue")
    pool = nb.Pool.from_folder(home)
    assert tuple(pool.ids) == ("x.png/a.png",)
    assert pool.image(0)[0, 0].tolist() == [0, 0, 255]


@folders("a folder without pictures", "refused: what is in it")
def no_picture(home: Path) -> None:
    (home / "a.docx").touch()
    with refused(r"holds no image file .*1 file left out: 1 \.docx", FileNotFoundError):
        nb.Pool.from_folder(home)


@folders("the path of a file in place of a folder", "refused: pass the folder it lies in")
def file_as_folder(home: Path) -> None:
    path = picture(home / "a.png")
    with refused(r"a\.png is a file; .*folder"):
        nb.Pool.from_folder(path)


@folders("a zip archive in place of a folder", "refused: unpack it first")
def archive_as_folder(home: Path) -> None:
    with zipfile.ZipFile(home / "photos.zip", "w") as archive:
        archive.write(picture(home / "a.png"), "a.png")
    with refused(r"photos\.zip is a file; unpack"):
        nb.Pool.from_folder(home / "photos.zip")


@folders("a list of paths in place of a folder", "refused: Pool(paths) takes them")
def list_as_folder(home: Path) -> None:
    with refused(r"folder is a list; .*Pool\("):
        nb.Pool.from_folder([picture(home / "a.png")])


@folders("nothing (None) in place of a folder", "refused: what to pass")
def none_as_folder(home: Path) -> None:
    with refused("folder is a NoneType; pass the path of a folder"):
        nb.Pool.from_folder(None)


@folders("a folder as text that ends in a slash, from another working folder", "found")
def relative_folder(home: Path) -> None:
    picture(home / "p" / "a.png", "lime")
    before = Path.cwd()
    os.chdir(home)
    try:
        pool = nb.Pool.from_folder("./p/")
    finally:
        os.chdir(before)
    assert pool.image(0)[0, 0].tolist() == [0, 255, 0]


@folders("a folder below the home folder, ~/photos", "found")
def home_folder(home: Path) -> None:
    picture(home / "photos" / "a.png", "blue")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        pool = nb.Pool.from_folder("~/photos")
    assert pool.image(0)[0, 0].tolist() == [0, 0, 255]


@folders("pictures sorted into folders by class, two levels deep", "the first level is the label")
def two_levels(home: Path) -> None:
    picture(home / "cat" / "young" / "1.png")
    picture(home / "dog" / "2.png")
    pool = nb.Pool.from_folder(home)
    session = nb.Session(pool, ["cat", "dog"])
    session.import_labels(pool.folders)
    assert labels(session) == {"cat/young/1.png": "cat", "dog/2.png": "dog"}


@folders("a TIFF of three pages, with pages=True", "three items, each with its own page")
def pages(home: Path) -> None:
    shots = [Image.fromarray(np.full((4, 4), 40 + 80 * n, np.uint8)) for n in range(3)]
    shots[0].save(home / "scan.tif", save_all=True, append_images=shots[1:])
    pool = nb.Pool.from_folder(home, pages=True)
    assert tuple(pool.ids) == ("scan.tif", "scan.tif#2", "scan.tif#3")
    assert [int(pool.image(n)[0, 0, 0]) for n in range(3)] == [40, 120, 200]
