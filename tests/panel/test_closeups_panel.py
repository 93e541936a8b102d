"""Close-ups in the panel: asked for by a page, read in a thread; texts in whole; chosen columns."""

import asyncio
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.widget.panel.column_choice import BESIDE
from tests.panel.helpers import open_page, shown, until
from tests.samples import blobs

N = 12
WHOLE = {"column": None, "box": [0, 0, 1, 1]}


def photo(value):
    y, x = np.mgrid[:900, :1400]
    return np.stack([x % 200, y % 200, np.full_like(x, value)], axis=-1).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    for number in range(N):
        Image.fromarray(photo(10 * number)).save(tmp_path / f"{number:02}.png")
    return tmp_path


def pixels(page):
    """The picture of the last close-up."""
    message, (data,) = page.last("closeup"), page.buffers("closeup")
    if message["image"].get("encoding"):
        return np.asarray(Image.open(io.BytesIO(data)))
    image = message["image"]
    return np.frombuffer(data, np.uint8).reshape(image["height"], image["width"], -1)


def test_a_small_picture_tells_its_full_size(folder):
    page = open_page(nb.Pool.from_folder(folder, embeddings=blobs(N)))
    page.say("need", ids=page.ids[:1])
    image = page.last("media")["items"][0]["image"]
    assert (image["width"], image["height"], image["full"]) == (512, 329, [1400, 900])


def test_one_that_is_not_scaled_down_tells_none():
    page = open_page()
    assert "full" not in page.items[page.ids[0]]["image"]


def test_a_part_comes_at_its_own_resolution(folder):
    page = open_page(nb.Pool.from_folder(folder, embeddings=blobs(N)))
    box = [0.5, 0.5, 0.52, 0.52]
    page.say("closeup", request="r1", id="03.png", column=None, box=box, side=1400)
    message = page.last("closeup")
    assert (message["request"], message["id"], message["to"]) == ("r1", "03.png", page.id)
    assert message["size"] == [1400, 900]
    np.testing.assert_array_equal(pixels(page), photo(30)[450:468, 700:728])


def test_a_large_part_travels_as_jpeg_and_no_larger_than_asked_for(folder):
    page = open_page(nb.Pool.from_folder(folder, embeddings=blobs(N)))
    page.say("closeup", request="r1", id="03.png", side=700, **WHOLE)
    image = page.last("closeup")["image"]
    assert (image["width"], image["height"], image["encoding"]) == (700, 450, "jpeg")
    assert len(page.buffers("closeup")[0]) < 700 * 450


def test_a_broken_file_and_an_unknown_item(folder):
    page = open_page(nb.Pool.from_folder(folder, embeddings=blobs(N)))
    (folder / "03.png").write_bytes(b"")
    page.say("closeup", request="r1", id="03.png", side=700, **WHOLE)
    message = page.last("closeup")
    assert message["image"] is None
    assert "03.png cannot be read" in message["text"]
    page.say("closeup", request="r1", id="gone", side=700, **WHOLE)
    assert page.messages("closeup") == []


def test_items_without_pictures_have_none():
    page = open_page(nb.Pool(embeddings=blobs(N)))
    page.say("closeup", request="r1", id="3", side=700, **WHOLE)
    assert page.last("closeup")["text"] == "There is no such picture."


def test_only_the_newest_of_those_that_wait_is_read(folder):
    async def look_around():
        page = await shown(pool=nb.Pool.from_folder(folder, embeddings=blobs(N)))
        for number in range(8):
            page._send("closeup", request=f"r{number}", id="03.png", side=700 + number, **WHOLE)
        await until(lambda: [one["request"] for one in page.messages("closeup")][-1:] == ["r7"])
        page.panel.close()
        return page.messages("closeup")

    assert len(asyncio.run(look_around())) < 8


def test_deep_pictures_are_shown_in_another_window(tmp_path):
    for number in range(N):
        values = np.linspace(1000, 3000, 64 * 64).reshape(64, 64).astype(np.uint16)
        Image.fromarray(values).save(tmp_path / f"{number}.tif")
    page = open_page(nb.Pool.from_folder(tmp_path, embeddings=blobs(N), range=(1000, 3000)))
    page.say("closeup", request="r1", id="3.tif", side=64, window=[0.5, 1], **WHOLE)
    message = page.last("closeup")
    assert (message["range"], message["window"]) == ([2000, 3000], [0.5, 1])
    assert (pixels(page) == 0).mean() == pytest.approx(0.5, abs=0.01)


def test_the_picture_of_a_column(folder):
    columns = pd.DataFrame({"x": range(N), "near": [f"{N - 1 - i:02}.png" for i in range(N)]})
    columns.loc[5, "near"] = None
    pool = nb.Pool.from_folder(folder, embeddings=blobs(N))
    pool = nb.Pool([str(path) for path in pool.media.paths], blobs(N), columns=columns)
    page = open_page(pool)
    assert page.traits["columns"]["pictures"] == ["near"]
    box = [0, 0, 0.01, 0.01]
    page.say("closeup", request="r1", id="02.png", column=0, box=box, side=1400)
    assert pixels(page)[0, 0, 2] == 10 * (N - 1 - 2)
    page.say("closeup", request="r2", id="05.png", column=0, box=box, side=1400)
    assert page.last("closeup")["text"] == "This item has no picture in the column near."
    page.say("closeup", request="r3", id="05.png", column=1, box=box, side=1400)
    assert page.last("closeup")["text"] == "There is no such picture."


def test_a_text_in_whole():
    words = ["a b " * 8_000 + "é the end", *map(str, range(N - 1))]
    page = open_page(nb.Pool(texts=words, embeddings=blobs(N)))
    page.say("read_text", id="0")
    message = page.last("text")
    assert message["text"] == {"buffer": 0, "length": len(words[0])}
    assert json.loads(page.buffers("text")[0]) == words[0]
    page.say("read_text", id="no such")
    assert page.messages("text") == []


FRAME = pd.DataFrame({"size": np.arange(N) * 10.0, "place": ["sea", "land"] * 6, "day": range(N)})


def test_chosen_columns_are_shown_in_their_order_and_remembered(tmp_path):
    store = str(tmp_path / "labels.db")
    pool = nb.Pool(embeddings=blobs(N), columns=FRAME)
    page = open_page(pool, store=store)
    names = ["size", "place", "day"]
    assert page.traits["columns"]["beside"] == {"names": names, "chosen": []}
    page.say("columns", of="beside", chosen=[2, 0])
    assert page.traits["columns"]["beside"]["chosen"] == [2, 0]
    beside = page.items[page.ids[0]]["beside"]
    assert [cell[0] for cell in beside["cells"]] == ["day", "size"]
    assert beside["more"] == 1
    page.panel.close()
    # a column that is gone is left out, and one that moved is found by its name
    moved = nb.Pool(embeddings=blobs(N), columns=FRAME[["day", "place"]])
    page = open_page(moved, store=store)
    assert page.traits["columns"]["beside"]["chosen"] == [0]
    page.say("columns", of="beside", chosen=[])
    assert page.traits["columns"]["beside"]["chosen"] == []
    page.say("columns", of="row", chosen=[0])
    assert "row" not in page.traits["columns"]


def test_rows_are_sent_again_in_the_columns_that_are_chosen():
    page = open_page(nb.Pool(table=FRAME))
    page.say("columns", of="row", chosen=[1, 0, 1, 99])
    assert page.traits["columns"]["row"]["chosen"] == [1, 0]
    (shown_row,) = [
        item["row"] for item in page.last("questions")["items"] if item["id"] == page.ids[0]
    ]
    assert shown_row["columns"] == 3
    cells = json.loads(page.buffers("questions")[shown_row["buffer"]])
    assert [cell[0] for cell in cells] == ["place", "size"]
    assert len(cells[0]) == 3
    assert len(cells[1]) == 4


def test_a_column_beyond_the_first_can_be_chosen():
    wide = pd.DataFrame(np.zeros((N, 40)), columns=[f"c{i}" for i in range(40)])
    page = open_page(nb.Pool(embeddings=blobs(N), columns=wide))
    page.say("columns", of="beside", chosen=[39])
    assert [cell[0] for cell in page.items[page.ids[0]]["beside"]["cells"]] == ["c39"]
    page.say("columns", of="beside", chosen=list(range(40)))
    assert len(page.items[page.ids[0]]["beside"]["cells"]) == BESIDE


@pytest.mark.parametrize("setting", ["no json", "[1, 2]", '[["x", "size"]]', '[[7, "gone"]]'])
def test_a_damaged_choice_is_none(tmp_path, setting):
    store = nb.LabelStore(tmp_path / "labels.db")
    store.set_setting("columns beside", setting)
    store.close()
    page = open_page(nb.Pool(embeddings=blobs(N), columns=FRAME), store=tmp_path / "labels.db")
    assert page.traits["columns"]["beside"]["chosen"] == []


def test_a_very_long_photo_is_asked_about_and_read_in_parts(tmp_path):
    line = np.arange(30_000) % 251
    Image.fromarray(np.tile(line.astype(np.uint8), (200, 1))).save(tmp_path / "0.png")
    for name in ("1.png", "2.png"):
        Image.new("L", (300, 200), 90).save(tmp_path / name)
    page = open_page(nb.Pool.from_folder(tmp_path, embeddings=blobs(3)))
    page.say("need", ids=["0.png"])
    image = page.last("media")["items"][0]["image"]
    assert image["full"] == [30_000, 200]
    assert image["width"] <= 512
    assert image["height"] >= 1
    page.say("closeup", request="r1", id="0.png", side=700, **WHOLE)
    whole = page.last("closeup")
    assert whole["size"] == [30_000, 200]
    assert max(whole["image"]["width"], whole["image"]["height"]) <= 700
    box = [0.9, 0.0, 0.9 + 100 / 30_000, 1.0]
    page.say("closeup", request="r2", id="0.png", column=None, box=box, side=30_000)
    assert pixels(page).shape[:2] == (200, 100)
    assert abs(int(pixels(page)[0, 0]) - int(line[27_000])) <= 3  # as JPEG
