"""The map that Python saves of a panel."""

from xml.etree import ElementTree as ET

import pytest

from tests.panel.helpers import open_page
from tests.samples import CLASSES

SVG = "{http://www.w3.org/2000/svg}"


def texts(root):
    return [one.text for one in root.iter(f"{SVG}text")]


def test_a_panel_saves_its_map_in_its_colours_of_now(tmp_path):
    page = open_page()
    page.session.tell([0, 1, 2], CLASSES)
    page.panel.save_map(tmp_path / "map.svg", title="Now")
    found = texts(ET.parse(tmp_path / "map.svg").getroot())
    assert found[0] == "Now"
    assert {one.split("  ")[0] for one in found[1:]} >= set(CLASSES)
    page.panel.color_by = "confidence"
    page.panel.save_map(tmp_path / "map.svg")
    found = texts(ET.parse(tmp_path / "map.svg").getroot())
    assert not {one and one.split("  ")[0] for one in found} & set(CLASSES)
    page.panel.close()
    with pytest.raises(RuntimeError, match="closed"):
        page.panel.save_map(tmp_path / "map.png")
