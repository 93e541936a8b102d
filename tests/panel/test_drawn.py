"""Sounds, series and objects in the panel: drawn aside, played in parts, and told by their noun."""

import asyncio
import io
import json
import threading
import wave

import numpy as np
import pytest

import nblabel as nb
from nblabel.widget.panel import pictures, playing
from tests.panel.helpers import open_page, shown, until
from tests.samples import CLASSES, blobs
from tests.sounds import RATE, tone, wave_series

N = 12


def sounds(n=N, **options):
    return nb.Pool(sounds=[tone(one) for one in range(n)], sampling_rate=RATE, **options)


def objects(render, n=N):
    return nb.Pool(range(n), render=render, embeddings=blobs(n))


def item_of(page, kind, **content):
    page.say(kind, **content)
    return page.last("media")["items"][0] if kind == "need" else None


def test_a_sound_travels_with_its_length():
    page = open_page(sounds())
    assert page.traits["pool"] == {"total": N, "noun": "sound"}
    item = item_of(page, "need", ids=[page.current])
    image = item["image"]
    assert (image["width"], image["height"], image["seconds"]) == (512, 384, 0.5)
    assert image["about"] == "500 ms · 8,000 Hz · 1 channel"
    assert image["encoding"] in ("png", "jpeg")
    page.say("hover", index=3)
    small = page.last("picture")["item"]["image"]
    assert (small["width"], small["height"]) == (96, 72)


def test_series_travel_as_pictures():
    page = open_page(nb.Pool(series=[wave_series(one) for one in range(N)]))
    assert page.traits["pool"]["noun"] == "series"
    image = item_of(page, "need", ids=[page.current])["image"]
    assert (image["encoding"], image["about"]) == ("png", "120 values")
    assert "seconds" not in image


def played(page, item, start):
    page.say("play", id=item, start=start)
    content, buffers = next(one for one in reversed(page.heard) if one[0]["type"] == "sound")
    if not buffers:
        return content, b""
    with wave.open(io.BytesIO(buffers[0])) as file:
        return content, file.getnframes() / file.getframerate()


def test_a_sound_is_played_in_parts(monkeypatch):
    monkeypatch.setattr(playing, "PART", 0.2)
    page = open_page(sounds())
    for start, seconds in ((0, 0.2), (0.2, 0.2), (0.4, 0.1), (0.7, 0)):
        content, found = played(page, "3", start)
        assert content["seconds"] == pytest.approx(seconds)
        assert found == pytest.approx(seconds)
        assert (content["id"], content["start"], content["error"]) == ("3", start, "")


def test_what_cannot_be_read_is_said_where_it_is_played(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound")
    pool = nb.Pool(sounds=[tmp_path / "a.wav", tone(0)], sampling_rate=RATE, embeddings=np.eye(2))
    page = open_page(pool)
    content, found = played(page, "0", 0)
    assert content["error"].startswith("a.wav cannot be read: ")
    assert not found
    page.say("play", id="no such sound", start=0)
    item = item_of(page, "need", ids=["0"])
    assert item["error"].startswith("a.wav cannot be read: ")


def test_html_travels_whole_and_small_as_words():
    page = open_page(objects(lambda n: f"<p>number <b>{n}</b></p><script>alert(1)</script>"))
    assert page.traits["pool"]["noun"] == "item"
    page.say("need", ids=["4"])
    content, buffers = next(one for one in reversed(page.heard) if one[0]["type"] == "media")
    item = content["items"][0]
    assert item["html"] == {"buffer": 0, "scripts": True}
    assert item["image"] is None
    assert buffers[0] == b"<p>number <b>4</b></p><script>alert(1)</script>"
    page.say("hover", index=4)
    content, buffers = next(one for one in reversed(page.heard) if one[0]["type"] == "picture")
    assert json.loads(buffers[0]) == "number 4"
    assert "html" not in content["item"]


def test_an_svg_travels_as_it_is():
    page = open_page(objects(lambda n: f'<svg viewBox="0 0 4 2"><text>{n}</text></svg>'))
    image = item_of(page, "need", ids=["4"])["image"]
    assert (image["encoding"], image["width"], image["height"]) == ("svg+xml", 1024, 512)


def test_labeling_goes_on_where_a_function_fails():
    def render(n):
        if n % 2:
            raise ValueError(f"{n} is odd")
        return None if n == 4 else "<p>x</p>"

    page = open_page(objects(render))
    said = {item: item_of(page, "need", ids=[item])["error"] for item in ("3", "4", "6")}
    assert said["3"] == "The render function raised ValueError: 3 is odd"
    assert said["4"].startswith("The render function returned nothing; return a PNG")
    assert said["6"] is None
    for _ in range(6):
        page.label(page.current, CLASSES[int(page.current) % 3])
    assert page.session.n_labeled == 6


def test_a_function_that_takes_long_holds_up_no_key(monkeypatch):
    monkeypatch.setattr(pictures, "PATIENCE", 0.0)  # as if each took long
    release, called, loop_thread = threading.Event(), [], threading.current_thread()

    def render(n):
        called.append(n)
        assert threading.current_thread() is not loop_thread
        assert release.wait(20)
        return "<p>x</p>"

    async def label():
        page = await shown(pool=objects(render, 30), learner="knn")
        assert not called  # a page asks for what it shows
        first = page.current
        assert page.items[first]["image"] == pictures_unread()
        page.answer("skip", id=first)
        page.label(page.current, CLASSES[0])
        page.say("hover", index=7)
        await until(lambda: page.session.n_labeled == 1)
        wanted = page.current
        others = page.ids[1:5]
        page.tell_front()
        page.say("need", ids=others)
        page.say("need", ids=[wanted])
        await until(lambda: called)  # it hangs, and all that a person does is answered
        page.label(wanted, CLASSES[1])
        await until(lambda: page.session.n_labeled == 2)
        release.set()
        await until(lambda: page.kinds().count("media") >= 5)
        drawn = [content["items"][0] for content, _ in page.heard if content["type"] == "media"]
        assert all(one["html"] for one in drawn)
        # what is on screen did not wait for the others
        assert [one["id"] for one in drawn].index(wanted) <= 1
        page.panel.close()

    asyncio.run(label())


def pictures_unread():
    return {"buffer": None, "width": 0, "height": 0, "channels": 3}


def test_thumbnails_that_take_long_come_one_by_one(monkeypatch):
    page = open_page(objects(lambda n: f"<p>{n}</p>"))
    page.panel._panel.pictures.take_long = True
    page.say("look", indices=[1, 2, 3])
    sent = [content["items"] for content, _ in page.heard if content["type"] == "pictures"]
    assert [len(items) for items in sent] == [1, 1, 1]


def test_a_drawing_is_crisp_unless_that_costs_much():
    lines = np.full((300, 400, 3), 255, np.uint8)
    lines[::20] = 0
    assert pictures.pack_drawing(drawing(lines)).encoding == "png"
    x = np.arange(400)
    smooth = (
        120 + 60 * np.sin(x / 50)[:, None] + np.random.default_rng(0).normal(size=(300, 400, 3))
    )
    assert pictures.pack_drawing(drawing(smooth.astype(np.uint8))).encoding == "jpeg"
    grey = pictures.pack_drawing(drawing(lines[..., :1]))
    assert grey.shape == (300, 400, 1)


def drawing(picture):
    return nb.pool.drawn.Drawing(picture, size=picture.shape[:2])
