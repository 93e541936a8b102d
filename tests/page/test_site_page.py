"""The site: it builds without a warning, nothing leads nowhere, it works offline, on phones, for all."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import nblabel as nb
from tests.lab.notebook import wait_for

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]  # the first one waits for the site

ROOT = Path(__file__).parents[2]
MAIN = ["docs/index", "docs/keys", "docs/reference/pool", "notebooks/quickstart", "search"]
LONG = ["docs/guide", "docs/comparison", "docs/benchmarks", "docs/api", "docs/wire", "CHANGELOG"]
ADDRESS = re.compile(r"""<(?P<tag>\w+)\b[^<>]*?\s(?:href|src)="(?P<address>[^"]*)"[^<>]*>""")
IDS = re.compile(r'\sid="([^"]+)"')


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of the site, built once for all processes that test."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    told = folder / "told.txt"
    try:
        folder.mkdir()
    except FileExistsError:
        wait_for(told.exists, 400, lambda: "the other process to build the site")
    else:
        run = folder / "run"  # one notebook: tests/test_notebooks.py runs all
        notebook = ["scripts.run_notebooks", "quickstart", "--into", str(run)]
        options = ["-W", "--keep-going", "-q", "-j", "2", "-c", str(ROOT / "docs")]
        options += ["-D", f"executed_notebooks={run}"]
        places = ["-d", str(folder / "doctrees"), str(ROOT), str(folder / "html")]
        failed = ""
        for module in (notebook, ["sphinx", *options, *places]):
            command = [sys.executable, "-m", *module]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            failed += "" if done.returncode == 0 else f"{module[0]} failed: {done.stderr}"
        told.write_text(failed or done.stderr, "utf-8")
    assert told.read_text("utf-8") == ""
    return folder / "html"


@pytest.fixture
def pages(site: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in site.rglob("*.html")}


def test_every_public_name_is_in_the_reference(pages: dict[Path, str]) -> None:
    ids = {one for text in pages.values() for one in IDS.findall(text)}
    names = [name for name in nb.__all__ if name != "__version__"]
    assert [name for name in names if f"nblabel.{name}" not in ids | module_ids(ids)] == []


def module_ids(ids: set[str]) -> set[str]:
    return {one.removeprefix("module-") for one in ids}


def test_notebooks_are_pages_with_a_picture_of_the_panel(site: Path) -> None:
    notebooks = [
        path for path in (ROOT / "notebooks").rglob("*.ipynb") if "checkpoint" not in str(path)
    ]
    for path in notebooks:
        assert (site / path.relative_to(ROOT).with_suffix(".html")).is_file(), path.name
    text = (site / "notebooks" / "quickstart.html").read_text("utf-8")
    assert "notebooks/quickstart.ipynb" in text
    assert "panel-light.png" in text
    assert "panel-dark.png" in text


def test_a_notebook_that_was_run_shows_what_it_showed(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "notebooks" / "quickstart.html").as_uri())
    expect(page.get_by_text(f"what it showed when nblabel {nb.__version__} ran it")).to_be_visible()
    copy = page.get_by_role("img", name=re.compile("^10 of 5,000 images labeled"))
    assert copy.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 500
    expect(page.locator("table.dataframe").get_by_role("row")).to_have_count(11)
    expect(page.get_by_text("10 labels are still there")).to_be_visible()
    page.goto((site / "notebooks" / "photos.html").as_uri())
    expect(page.get_by_text("without its results")).to_be_visible()
    page.close()


def test_links_lead_somewhere(pages: dict[Path, str], site: Path) -> None:
    assert len(pages) > 50
    ids = {path: set(IDS.findall(text)) for path, text in pages.items()}
    for path, text in pages.items():
        for found in ADDRESS.finditer(text):
            address = urlsplit(found["address"])
            if address.scheme:
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            assert target.is_file(), f"{path.relative_to(site)}: {found['address']}"
            if address.fragment and target in ids:
                known = unquote(address.fragment) in ids[target]
                assert known, f"{path.relative_to(site)}: {found['address']}"


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, str], site: Path) -> None:
    for path, text in pages.items():
        for found in ADDRESS.finditer(text):
            if found["tag"] != "a":
                assert not urlsplit(found["address"]).netloc, f"{path.name}: {found[0]}"
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text("utf-8")), path


def test_the_first_page_leads_to_the_contents(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    expect(page).to_have_url(re.compile(r"docs/index\.html$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("nblabel")
    page.close()


def test_search_works_from_a_folder(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked = watched(page)
    page.goto((site / "docs" / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("lasso")
    page.keyboard.press("Enter")
    results = page.locator("#search-results")
    expect(results.get_by_role("link", name="Labeling with nblabel").first).to_be_visible()
    page.goto((site / "search.html").as_uri() + "?q=find_label_issues")
    expect(results.get_by_role("link", name="nblabel.find_label_issues").first).to_be_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


def watched(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_scrolling_sideways(site: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    for name in MAIN + LONG:
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.get_by_role("banner").or_(page.locator(".mobile-header")).first.locator(
        "label"
    ).first.click()
    expect(page.get_by_role("link", name="Keyboard map", exact=True)).to_be_in_viewport()
    page.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_main_pages_are_accessible(site: Path, browser: Browser, theme: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=theme)
    for name in MAIN:
        page.goto((site / f"{name}.html").as_uri())
        found = Axe().run(page, options={"preload": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], name
    page.close()


def test_what_scrolls_is_reached_by_the_keyboard(site: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto((site / "docs" / "comparison.html").as_uri())
    table = page.locator(".table-wrapper").nth(1)
    expect(table).to_have_attribute("tabindex", "0")
    table.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: table.evaluate("one => one.scrollLeft") > 0, 10, lambda: "the table to scroll")
    page.close()
