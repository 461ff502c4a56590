"""A folder of .txt and .html pages, with an optional manifest.csv, to cleaned pages."""

import csv
import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html
import trafilatura

from framing.errors import BingkaiError, BingkaiWarning
from framing.news.characters import decode, normalise
from framing.news.cleaning import Page, clean_page
from framing.news.dates import parse_date
from framing.news.metadata import read_metadata

MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = (
    "file", "outlet", "published", "title", "author", "agency", "url", "language",
    "country", "type",
)  # fmt: skip
PAGE_ENDINGS = frozenset({".txt", ".html", ".htm"})


@dataclass(frozen=True)
class PageFile:
    """A page and its file's name; `manifest` holds the file's row, without empty fields."""

    name: str
    page: Page
    manifest: Mapping[str, str] = field(default_factory=dict)


def read_pages(folder: Path) -> list[PageFile]:
    """Read the .txt and .html files of a folder, in the order of their names.

    Empty files are left out with a warning. HTML is known by its tags, whatever the file is
    called.

    Raises
    ------
    BingkaiError
        The folder holds no pages, only empty ones, or a file that is no text; the manifest is
        broken.
    """
    try:
        named = sorted(path for path in folder.iterdir() if _is_named_like_page(path))
    except OSError as error:
        raise BingkaiError(f"{folder}: cannot read the folder ({error.strerror})") from None
    paths = []
    for path in named:
        if path.is_file():
            paths.append(path)
        else:
            what = "a folder" if path.is_dir() else "a link to nothing"
            warnings.warn(f"{path}: {what}, no page; left out", BingkaiWarning, stacklevel=2)
    if not paths:
        raise BingkaiError(
            f"{folder}: no .txt or .html files in this folder; put the pages right into it"
        )
    manifest = read_manifest(folder / MANIFEST, {path.name for path in paths})
    pages = []
    for path in paths:
        page = _read_page(path)
        if page is None:
            warnings.warn(
                f"{path}: the file has no text; it is left out", BingkaiWarning, stacklevel=2
            )
            continue
        pages.append(PageFile(path.name, page, manifest.get(path.name, {})))
    if not pages:
        raise BingkaiError(
            f"{folder}: all of its {len(paths)} file(s) are empty; fetch the pages again"
        )
    return pages


def _is_named_like_page(path: Path) -> bool:
    return path.suffix.lower() in PAGE_ENDINGS and not path.name.startswith(".")


def read_manifest(path: Path, files: set[str] | None = None) -> dict[str, dict[str, str]]:
    """Read a manifest: one row a file, the columns of `MANIFEST_COLUMNS`, all but `file` optional.

    Parameters
    ----------
    path
        The CSV file (commas or semicolons); without it the result is empty.
    files
        Names of the files that may be named; any, if not given.

    Returns
    -------
    Each file's non-empty fields, `published` in ISO form.

    Raises
    ------
    BingkaiError
        No column `file`, a column, or a file, that stands twice, a file that is not there, a date
        that is none.

    Warns
    -----
    BingkaiWarning
        Columns that are not known.
    """
    if not path.is_file():
        return {}
    text = decode(path.read_bytes())
    if text is None:
        raise BingkaiError(f"{path}: the manifest is no text; save it as CSV in UTF-8")
    text = normalise(text).lstrip("\n")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if "file" not in names:
        raise BingkaiError(
            f"{path}: the manifest has no column 'file'; "
            f"its columns may be {', '.join(MANIFEST_COLUMNS)}"
        )
    reader.fieldnames = names
    _check_columns([name for name in names if name], path)
    rows: dict[str, dict[str, str]] = {}
    try:
        entries = list(reader)
    except csv.Error as error:
        raise BingkaiError(
            f"{path}: the manifest is no proper CSV ({error}); check its quotes"
        ) from None
    for number, entry in enumerate(entries, 2):
        row = {
            name: value.strip()
            for name, value in entry.items()
            if name in MANIFEST_COLUMNS and isinstance(value, str) and value.strip()
        }
        if not row:
            continue
        name = row.pop("file", "")
        place = f"{path}, row {number}"
        if not name:
            raise BingkaiError(f"{place}: the column 'file' is empty; name the page's file")
        if files is not None and name not in files:
            raise BingkaiError(
                f"{place}: there is no file {name!r} beside it; correct its name or delete the row"
            )
        if name in rows:
            raise BingkaiError(f"{place}: the file {name!r} stands twice; keep one row")
        if "published" in row:
            row["published"] = read_day(row["published"], place)
        rows[name] = row
    return rows


def _check_columns(names: Sequence[str], path: Path) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise BingkaiError(f"{path}: the column {doubled!r} stands twice; rename one")
    unknown = [name for name in names if name not in MANIFEST_COLUMNS]
    if unknown:
        warnings.warn(
            f"{path}: not used: {', '.join(map(repr, unknown))}; "
            f"known columns are {', '.join(MANIFEST_COLUMNS)}",
            BingkaiWarning,
            stacklevel=3,
        )


def read_day(text: str, place: str) -> str:
    """Return a date field in ISO form.

    Raises
    ------
    BingkaiError
        The field is no date.
    """
    day = parse_date(text)
    if day is None:
        raise BingkaiError(
            f"{place}: {text[:60]!r} is no date; write it as 2024-06-19 or 19 Juni 2024"
        )
    return day.isoformat()


def _read_page(path: Path) -> Page | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read the file ({error.strerror})") from None
    text = decode(raw)
    if text is None:
        raise BingkaiError(
            f"{path}: the file is binary, not text or HTML; "
            "save the page as .txt or .html, or remove it"
        )
    if not normalise(text).strip():
        return None
    return read_html(text) if looks_like_html(text) else clean_page(normalise(text))


def looks_like_html(text: str) -> bool:
    """Tell whether a text is HTML: by its opening, or by many tags that pages are made of."""
    head = text[:2000].lstrip("\ufeff \n\r\t").lower()
    if head.startswith(("<!doctype html", "<html", "<?xml")) or "<html" in head or "<head>" in head:
        return True
    sample = text[:20000].lower()
    return (
        sum(
            sample.count(tag)
            for tag in ("</p>", "</div>", "<br", "</a>", "</h1>", "</span>", "</li>")
        )
        >= 3
    )


def read_html(text: str) -> Page | None:
    """Read the article of an HTML page: its main text by trafilatura, then cleaned like any other.

    Returns None for a page without text.
    """
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    text = text.replace("\x00", "")
    tree = _parse_html(text)
    day, author = read_metadata(tree)
    everything = clean_page(normalise(_plain_text(tree)))
    main, known = _extract(text)
    page = clean_page(normalise(main), known=known) if main else everything
    if not (page.body or everything.body):
        return None
    return Page(
        title=page.title or everything.title,
        outlet=page.outlet or everything.outlet,
        author=page.author or everything.author or author,
        published=day or page.published or everything.published,
        agencies=page.agencies,
        url=page.url,
        body=page.body or everything.body,
    )


def _extract(text: str) -> tuple[str, Page]:
    """Return a page's main text and what its metadata say, by trafilatura."""
    try:
        document = trafilatura.bare_extraction(
            text, include_comments=False, include_tables=False, with_metadata=True
        )
    except (ValueError, TypeError, AttributeError):
        document = None  # markup that it cannot read is read as plain text
    fields: dict[str, Any] = {}
    if document is not None:
        fields = document if isinstance(document, dict) else document.as_dict()

    def one_line(name: str) -> str:
        return " ".join(normalise(fields.get(name) or "").split())

    site = one_line("sitename")
    # without a site name trafilatura gives the host, which says less than the page itself
    known = Page(title=one_line("title"), outlet="" if "." in site else site, url=one_line("url"))
    return fields.get("text") or "", known


def _parse_html(text: str) -> lxml.html.HtmlElement | None:
    try:
        return lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.LxmlError, ValueError):
        return None


_BLOCKS = [
    "p",
    "div",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "tr",
    "td",
    "figcaption",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "aside",
    "nav",
    "ul",
    "ol",
    "time",
    "title",
]


def _plain_text(tree: lxml.html.HtmlElement | None) -> str:
    """Return a page's visible text, one block a line."""
    if tree is None:
        return ""
    for element in tree.xpath("//script|//style|//noscript|//template|//svg|//comment()"):
        element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    body = tree.find("body")
    return str((tree if body is None else body).text_content())
