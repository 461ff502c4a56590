"""The page to code on in a real browser; left out where Chromium or Playwright is not there."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coding import MARKUP, Client, serve

from analysis.coding.journal import read_journal
from analysis.coding.server import CodingServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="no Playwright: the page to code on is not tried in a browser"
)
if CHROMIUM is None:
    pytest.skip("no Chromium: the page to code on is not tried in it", allow_module_level=True)
SWITCHES = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
expect: Any = playwright.expect


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield opened
        opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sheet.ani.codes.jsonl"


@pytest.fixture
def server(path: Path) -> Iterator[CodingServer]:
    with serve(path) as running:
        yield running


@pytest.fixture
def page(browser: Any, server: CodingServer) -> Iterator[Any]:
    """Open a window on the page; it must load nothing from elsewhere and say no error."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(server.address)
    expect(opened.locator(".value")).to_have_count(8)
    yield opened
    context.close()
    assert all(url.startswith(server.address) for url in asked)
    assert errors == []


def code_of(path: Path, sentence_id: str) -> dict[str, str]:
    sheet = read_journal(path).set_index("sentence_id")
    return {k: v for k, v in dict(sheet.loc[sentence_id]).items() if v and len(k) < 10}


def test_a_sentence_is_coded_with_the_keys_alone(page: Any, path: Path) -> None:
    page.keyboard.press("1")
    page.keyboard.press("1")  # critical, so that its target is asked
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("tiong")
    page.keyboard.press("Enter")
    expect(page.locator(".open legend")).to_have_text("Sentimen")
    page.keyboard.type("13d")  # quicker than the disk: the order stays
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text("Kalimat 2 dari 3")
    expect(page.locator("#count")).to_have_text("1 dari 3 dikodekan")
    assert code_of(path, "s1") == {
        "sample_id": "abc", "frame": "threat", "stance": "critical", "target": "china",
        "sentiment": "negative", "voice": "quoted", "doubt": "yes", "coder": "ani",
    }  # fmt: skip


def test_markup_in_a_text_stays_a_text(page: Any) -> None:
    expect(page.locator("#title")).to_have_text(MARKUP)
    expect(page.locator("#before")).to_have_text(MARKUP)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#text")).to_have_text(f"{MARKUP} terpampang di layar.")
    assert page.locator("img, article script").count() == 0
    expect(page).to_have_title("0/3 · bingkai")


def test_a_reload_goes_on_where_it_was_and_can_still_undo(page: Any, path: Path) -> None:
    page.keyboard.type("22")  # a neutral stance has no target
    expect(page.locator(".open legend")).to_have_text("Sentimen")
    page.keyboard.type("22")
    expect(page.locator("#count")).to_have_text("1 dari 3 dikodekan")
    page.reload()
    expect(page.locator("#place")).to_have_text("Kalimat 2 dari 3")
    page.keyboard.press("z")
    expect(page.locator("#place")).to_have_text("Kalimat 1 dari 3")
    expect(page.locator(".open legend")).to_have_text("Suara")
    expect(page.locator("#count")).to_have_text("0 dari 3 dikodekan")
    assert "voice" not in code_of(path, "s1")


def test_another_window_is_told_of(page: Any, server: CodingServer, path: Path) -> None:
    page.route("**/api/choices*", lambda route: route.abort())  # it has not listened yet
    assert Client(server).choose("s1", "frame", "economy") == 200
    page.keyboard.press("1")
    expect(page.locator("#alarm")).to_contain_text("Jendela lain baru saja mengodekan ini")
    expect(page.locator(".value[aria-pressed=true] b")).to_have_text("Ekonomi")
    assert code_of(path, "s1")["frame"] == "economy"


def test_a_lost_server_is_told_and_nothing_looks_saved(page: Any) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.keyboard.press("1")
    expect(page.locator("#alarm")).to_contain_text("Tidak tersimpan")
    assert page.locator(".value[aria-pressed=true]").count() == 0
    expect(page.locator(".open legend")).to_have_text("Bingkai")


def test_a_comment_is_kept_when_one_goes_on(page: Any, path: Path) -> None:
    page.keyboard.press("c")
    page.keyboard.type("1 atau 2? <b>")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#place")).to_have_text("Kalimat 2 dari 3")
    expect(page.locator("#comment")).to_have_value("")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#comment")).to_have_value("1 atau 2? <b>")
    assert code_of(path, "s1")["comment"] == "1 atau 2? <b>"


def test_both_languages_and_the_rules(page: Any) -> None:
    page.keyboard.press("r")
    expect(page.locator(".rules li").first).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator(".open legend")).to_have_text("Frame")
    expect(page.locator(".rules li").first).to_contain_text("Code what the main clause asserts")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("1")  # the guide lies over the page: no code is given
    page.keyboard.press("Escape")
    expect(page.locator(".open legend")).to_have_text("Frame")
