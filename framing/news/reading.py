"""Pages or a table of texts to the `articles` table: the first step of every study."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from framing.errors import BingkaiError, BingkaiWarning
from framing.language.wordlists import word_set
from framing.news.characters import normalise
from framing.news.cleaning import Page, clean_page
from framing.news.datelines import key_of
from framing.news.dates import infer_day
from framing.news.lines import words_of
from framing.news.pages import MANIFEST, PageFile, read_day, read_manifest, read_pages
from framing.schema import COLUMNS
from framing.tables import read_table

_ENGLISH = word_set(
    """
    the of and to in is was that for on with as by has have from at
    """
)
_INDONESIAN = word_set(
    """
    yang di dan ke dari untuk pada dengan itu ini dalam akan oleh tidak juga
    """
)


@dataclass(frozen=True)
class _Article:
    """One row in the making; `place` names where it came from, for messages."""

    place: str
    outlet: str
    outlet_known: bool
    published: str
    published_source: str
    title: str
    author: str
    agency: str
    url: str
    language: str
    text: str

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_corpus(path: str | Path) -> pd.DataFrame:
    """Read a corpus into the `articles` table.

    Parameters
    ----------
    path
        A folder of .txt and .html pages, with an optional manifest.csv beside them whose fields
        win over what the pages say; or one .csv, .jsonl or .parquet table with a column `text`
        (and any of outlet, published, title, author, agency, url, language).

    Returns
    -------
    One row an article, in the order of the files' names or the table's rows, with the columns of
    ``COLUMNS["articles"]``, all strings, empty where nothing is known:

    - `text`: the body, paragraphs joined by an empty line, without the title;
    - `published`: YYYY-MM-DD; `published_source`: ``stated`` (byline, clock line, metadata),
      ``inferred`` (from the days in the body, see `framing.news.dates.infer_day`) or ``manifest``;
    - `agency`: names of the news suppliers credited or quoted, joined by "; ";
    - `article_id`: the first 12 hex digits of the SHA-256 of outlet, newline, title (and the
      text's hash, where another article has both).

    Warns
    -----
    BingkaiWarning
        A page without text, body, title or outlet, an article that stands twice (kept once), a
        day whose year nothing determines, two outlets whose names are nearly the same.

    Raises
    ------
    BingkaiError
        There is nothing to read, or something in it is broken; one line says what and where.
    """
    path = Path(path)
    if path.is_dir():
        articles = _from_pages(path)
    elif path.is_file():
        articles = _from_table(path)
    else:
        raise BingkaiError(f"{path}: no such folder or file; name a folder of pages or a table")
    articles = _drop_copies(articles)
    _warn_of_similar_outlets({article.outlet for article in articles if article.outlet_known})
    return _to_table(articles)


def read_outlets(path: str | Path) -> pd.DataFrame:
    """Read the `outlets` table of a corpus folder from its manifest.

    Returns
    -------
    One row an outlet that the manifest names, with `outlet`, `country` and `type` (a value that
    stands in one of the outlet's rows is enough); empty without a manifest.

    Raises
    ------
    BingkaiError
        The manifest is broken, or gives one outlet two countries or types.
    """
    path = Path(path)
    manifest = path / MANIFEST if path.is_dir() else path
    known: dict[str, dict[str, str]] = {}
    for file, row in read_manifest(manifest).items() if manifest.name == MANIFEST else ():
        if "outlet" not in row:
            continue
        entry = known.setdefault(row["outlet"], {})
        for column in ("country", "type"):
            value = row.get(column, "")
            if value and entry.setdefault(column, value) != value:
                raise BingkaiError(
                    f"{manifest}: {file}: the outlet {row['outlet']!r} has two values of {column}, "
                    f"{entry[column]!r} and {value!r}; keep one"
                )
    rows = [
        {"outlet": outlet, "country": entry.get("country", ""), "type": entry.get("type", "")}
        for outlet, entry in sorted(known.items())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["outlets"]), dtype=str)


def _warn(message: str) -> None:
    warnings.warn(message, BingkaiWarning, stacklevel=2)


def _from_pages(folder: Path) -> list[_Article]:
    files = read_pages(folder)
    anchors = sorted(day for file in files if (day := _stated_day(file)))
    articles = []
    for file in files:
        place = str(folder / file.name)
        page, row = file.page, file.manifest
        if not page.body:
            _warn(f"{place}: no sentences of an article found; the page is left out")
            continue
        outlet = row.get("outlet") or page.outlet
        stem = Path(file.name).stem.encode("utf-8", "replace").decode()  # names may be no UTF-8
        if not outlet:
            _warn(
                f"{place}: the page does not name its outlet; it is called {stem!r}"
                " (set it in manifest.csv)"
            )
        title = row.get("title") or page.title
        if not title:
            _warn(f"{place}: no title found (set it in manifest.csv)")
        published, published_source = _day_of(place, page, row.get("published", ""), anchors)
        text = "\n\n".join(page.body)
        articles.append(
            _Article(
                place=place,
                outlet=outlet or stem,
                outlet_known=bool(outlet),
                published=published,
                published_source=published_source,
                title=title,
                author=row.get("author") or page.author,
                agency=row.get("agency") or "; ".join(page.agencies),
                url=row.get("url") or page.url,
                language=row.get("language") or guess_language(text),
                text=text,
            )
        )
    if not articles:
        raise BingkaiError(f"{folder}: no page holds sentences of an article; check what was saved")
    return articles


def _stated_day(file: PageFile) -> date | None:
    stated = file.manifest.get("published")
    return date.fromisoformat(stated) if stated else file.page.published


def _day_of(place: str, page: Page, manifest: str, anchors: Sequence[date]) -> tuple[str, str]:
    if manifest:
        return manifest, "manifest"
    if page.published:
        return page.published.isoformat(), "stated"
    day = infer_day("\n".join(page.body), anchors)
    if day:
        return day.isoformat(), "inferred"
    _warn(f"{place}: nothing tells the day of the article for certain (set it in manifest.csv)")
    return "", ""


def guess_language(text: str) -> str:
    """Return "en" for a text with more English than Indonesian function words, else "id"."""
    words = [word.lower() for word in words_of(text[:5000])]
    english = sum(word in _ENGLISH for word in words)
    return "en" if english > sum(word in _INDONESIAN for word in words) else "id"


def _from_table(path: Path) -> list[_Article]:
    table = read_table(path)
    if "text" not in table.columns:
        names = ", ".join(map(str, table.columns[:12]))
        raise BingkaiError(
            f"{path}: the table has no column 'text' (it has {names}); rename one to text"
        )
    strings = table.astype(object).where(table.notna(), "").astype(str)
    articles = []
    for number, values in enumerate(strings.itertuples(index=False, name=None), 1):
        row = {
            str(name): normalise(value).strip()
            for name, value in zip(table.columns, values, strict=True)
        }
        article = _article_of_row(row, f"{path}, row {number}", path.stem)
        articles += [article] if article else []
    if not articles:
        raise BingkaiError(f"{path}: no row has text; fill the column 'text'")
    n_unnamed = sum(not article.outlet_known for article in articles)
    if n_unnamed:
        _warn(f"{path}: {n_unnamed} row(s) do not name their outlet; it is called {path.stem!r}")
    return _infer_days(articles)


def _article_of_row(row: Mapping[str, str], place: str, stem: str) -> _Article | None:
    page = _page_of_row(row)
    if not page.body:
        _warn(f"{place}: no sentences of an article found; the row is left out")
        return None
    published = read_day(row["published"], place) if row.get("published") else ""
    source = row.get("published_source", "")
    if not published:
        published = page.published.isoformat() if page.published else ""
        source = "stated" if published else ""
    elif source not in ("stated", "inferred"):
        source = "manifest"
    return _Article(
        place=place,
        outlet=page.outlet or stem,
        outlet_known=bool(page.outlet),
        published=published,
        published_source=source,
        title=page.title,
        author=page.author,
        agency=row.get("agency") or "; ".join(page.agencies),
        url=page.url,
        language=row.get("language") or guess_language("\n".join(page.body)),
        text="\n\n".join(page.body),
    )


def _page_of_row(row: Mapping[str, str]) -> Page:
    """Return a table's row as a page.

    A row with a title, or a single line, is an article already and keeps every paragraph; any
    other text is cleaned like a page.
    """
    known = Page(
        title=row.get("title", ""),
        outlet=row.get("outlet", ""),
        author=row.get("author", ""),
        url=row.get("url", ""),
    )
    paragraphs = tuple(line for line in row["text"].split("\n") if line)
    if known.title or len(paragraphs) < 2:
        return replace(known, body=paragraphs)
    return clean_page(row["text"], known=known)


def _infer_days(articles: Sequence[_Article]) -> list[_Article]:
    anchors = [date.fromisoformat(article.published) for article in articles if article.published]
    dated = []
    for article in articles:
        day = None if article.published else infer_day(article.text, anchors)
        dated.append(
            replace(article, published=day.isoformat(), published_source="inferred")
            if day
            else article
        )
    return dated


def _drop_copies(articles: Sequence[_Article]) -> list[_Article]:
    """Keep an article that stands twice once.

    The same text under two known outlets is no mistake but a reprint, which comparisons of outlets
    want to see: both stay.
    """
    kept: dict[str, list[_Article]] = {}
    for article in articles:
        same_text = kept.setdefault(article.text, [])
        twin = next((old for old in same_text if _is_twin(old, article)), None)
        if twin is None:
            same_text.append(article)
            continue
        _warn(f"{article.place}: the same article as {twin.place}; it is kept once")
        if article.outlet_known and not twin.outlet_known:
            same_text[same_text.index(twin)] = article
    order = {article.place: n for n, article in enumerate(articles)}
    unique = [article for same_text in kept.values() for article in same_text]
    return sorted(unique, key=lambda article: order[article.place])


def _is_twin(one: _Article, other: _Article) -> bool:
    return one.outlet == other.outlet or not (one.outlet_known and other.outlet_known)


def _warn_of_similar_outlets(outlets: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for outlet in sorted(outlets):
        twin = seen.setdefault(key_of(outlet), outlet)
        if twin != outlet:
            _warn(
                f"the outlets {twin!r} and {outlet!r} look like one; they are counted as two "
                "(give them one name in manifest.csv)"
            )


def _to_table(articles: Sequence[_Article]) -> pd.DataFrame:
    stems = [f"{article.outlet}\n{article.title}" for article in articles]
    count = Counter(stems)
    rows = []
    for article, stem in zip(articles, stems, strict=True):
        content = stem if count[stem] == 1 else f"{stem}\n{article.text_sha256}"
        rows.append(
            {
                "article_id": hashlib.sha256(content.encode()).hexdigest()[:12],
                **{name: getattr(article, name) for name in COLUMNS["articles"][1:]},
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS["articles"]), dtype=str)
