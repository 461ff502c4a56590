"""The manuscript: what it says follows the numbers, and whatever is missing stops it."""

import html
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.statistics.comparison import compare_outlets
from analysis.statistics.settings import Settings
from analysis.writing.manuscript import FORMATS, REPORT, TEMPLATES, fill_template, write_manuscript
from analysis.writing.numbers import collect_numbers
from analysis.writing.wording import bare_p, escape_markdown, join_words, p_value, percent, spell
from framing import BingkaiError
from framing.scheme import read_codebook

PAPER = Path(__file__).parents[2] / "paper" / "paper.md.j2"
BIBLIOGRAPHY = PAPER.with_name("references.bib")
STRANGE = (
    r"""1. "Harga *naik* 5%_ [x](y) $a$ #b @c <b>d</b> \e `f` {g} ~h^ | a -- b'c & &amp; é 🙂"""
)
FIGURES = ("shares", "stance", "residuals", "voice", "differences")


def make_counts(n_articles: dict[str, int]) -> pd.DataFrame:
    """Articles of 12 sentences in which each outlet has a frame of its own."""
    frames = ("threat", "rivalry", "economy")
    rows = []
    for (outlet, n), own in zip(n_articles.items(), frames, strict=False):
        for i in range(n):
            cells = [
                (own, "critical", "russia", "negative", "quoted", "expert", False, 6 + i % 3),
                ("none", "neutral", "", "neutral", "outlet", "own_words", False, 4 - i % 3),
                ("diplomacy", "supportive", "west", "positive", "outlet", "own_words", i == 1, 2),
            ]
            rows += [(f"{outlet}-{i}", outlet, f"2031-05-0{1 + i % 5}", *cell) for cell in cells]
    return pd.DataFrame(
        rows,
        columns=["article_id", "outlet", "published", "frame", "stance", "target", "sentiment",
                 "voice", "source_group", "copied", "n_sentences"],
    )  # fmt: skip


def make_results(n_articles: dict[str, int], *, composed: bool = False) -> dict:
    codebook, counts = read_codebook(), make_counts(n_articles)
    provenance = {
        "study": {"title": "Judul: $1 & *dua*", "authors": ["A_B"], "composed": composed},
        "model": {"name": "m", "sha256": "ab" * 32, "encoder": "e5-small", "n_training": 1200,
                  "cv_macro_f1": {"frame": 0.61, "stance": 0.55}},
        "inputs": {"a.txt": "00"},
        "seed": 7,
    }  # fmt: skip
    evidence = pd.DataFrame(
        [("threat", "Alfa", "a", "s", STRANGE, 0.9, "")],
        columns=["frame", "outlet", "article_id", "sentence_id", "text", "prob", "source"],
    )
    return {
        "counts": counts,
        "estimates": compare_outlets(counts, codebook, Settings(n_permutations=199)),
        "evidence": evidence,
        "provenance": provenance,
        "codebook": codebook,
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """A folder of placeholder figures."""
    folder = tmp_path_factory.mktemp("drawn")
    figure = Figure(figsize=(3, 1))
    for name in FIGURES:
        figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})
        figure.savefig(folder / f"{name}.png", dpi=40)
    return folder


@pytest.fixture
def folder(drawn, tmp_path) -> Path:
    shutil.copytree(drawn, tmp_path / "results" / "figures")
    return tmp_path / "results"


@pytest.fixture(scope="module")
def results() -> dict:
    return make_results({"Alfa": 5, "Beta": 5, "Gama": 4})


@pytest.fixture(scope="module")
def numbers(results) -> dict:
    return collect_numbers(**results)


def fill(numbers: dict, template: Path = REPORT) -> str:
    return " ".join(fill_template(template, fix(numbers)).split())


def fix(numbers: dict) -> dict:
    """Say that all figures were drawn."""
    return numbers | {"figures": list(FIGURES)}


def write_template(tmp_path: Path, body: str) -> Path:
    template = tmp_path / "mine.md.j2"
    template.write_text(body, encoding="utf-8")
    return template


def write(numbers: dict, folder: Path, template: Path, **options) -> list[Path]:
    return write_manuscript(numbers, folder, template=template, **options)


# ------------------------------------------------------------------ nothing typed by hand

_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "hundreds?|thousands?|millions?|billions?|first|second|third|fourth|fifth|sixth|seventh|eighth|"
    "ninth|tenth|half|quarters?|dozens?|once|twice|thrice|double|triple"
)


def find_typed_numbers(source: str) -> list[str]:
    """Return digits and number words outside of Jinja, citation keys and YAML keys."""
    text = re.sub(r"\{##.*?##\}|\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    text = re.sub(r"-?@[\w:]+", " ", text)
    text = re.sub(r"^[\w-]+:(?= |$)", " ", text, flags=re.MULTILINE)
    return re.findall(rf"\d+|\b(?:{_NUMBER_WORDS})\b", text, flags=re.IGNORECASE)


@pytest.mark.parametrize("template", [REPORT, PAPER], ids=lambda path: path.name)
def test_no_number_is_typed_in_a_template(template):
    assert find_typed_numbers(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("template", [REPORT, PAPER], ids=lambda path: path.name)
def test_no_number_is_printed_from_a_literal(template):
    printed = re.findall(r"\{\{(.*?)\}\}", template.read_text(encoding="utf-8"), re.DOTALL)
    for expression in printed:
        # Widths of table columns lay out; they say nothing.
        words = re.findall(r'"([^"]*)"', re.sub(r"columns\(.*?\)", "", expression))
        assert not [found for word in words for found in find_typed_numbers(word)], expression
        assert not re.fullmatch(r"\s*\d+.*", expression), expression


def test_every_figure_is_a_paragraph_of_its_own(numbers):
    """Else pandoc takes it for an image in a line of text, without number and caption."""
    for case in (numbers, numbers | {"parts": None}):
        lines = fill_template(REPORT, fix(case)).splitlines()
        figures = [n for n, line in enumerate(lines) if line.startswith("![")]
        assert len(figures) >= 5
        assert all(lines[n - 1] == lines[n + 1] == "" for n in figures)


def test_typed_numbers_are_found():
    source = (
        "title: x\n[@card2015; @tbl:a1] Five of {{ 3 }} cost 40, the first {% if 2 %}.{% endif %}"
    )
    assert find_typed_numbers(source) == ["Five", "40", "first"]


# ---------------------------------------------------------------------- what is said


def test_all_formats_are_written_and_nothing_else(numbers, folder):
    paths = write_manuscript(numbers, folder)
    names = ["numbers.json", "paper.docx", "paper.md", "paper.pdf", "paper.tex", "paper.typ"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in folder.iterdir()) == ["figures", *names]
    assert (folder / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert zipfile.ZipFile(folder / "paper.docx").testzip() is None
    assert "@fig:shares" not in (folder / "paper.tex").read_text(encoding="utf-8")


def test_only_the_formats_asked_for_are_written(numbers, folder):
    paths = write_manuscript(numbers, folder, formats=["tex"])
    assert [path.name for path in paths] == ["numbers.json", "paper.md", "paper.tex"]
    assert "\\ref{fig:shares}" in (folder / "paper.tex").read_text(encoding="utf-8")


def test_a_second_run_gives_the_same_bytes(numbers, folder, tmp_path):
    first = {path.name: path.read_bytes() for path in write_manuscript(numbers, folder)}
    other = tmp_path / "elsewhere"
    shutil.copytree(folder / "figures", other / "figures")
    second = {path.name: path.read_bytes() for path in write_manuscript(numbers, other)}
    assert [name for name in first if first[name] != second[name]] == []


def test_one_changed_estimate_changes_the_paper(results, folder):
    write_manuscript(collect_numbers(**results), folder, formats=["pdf"])
    before = (folder / "paper.pdf").read_bytes(), (folder / "paper.typ").read_text("utf-8")
    changed = results["estimates"].copy()
    row = changed.index[
        (changed["estimand"] == "share") & (changed["variable"] == "frame") & (changed["by"] == "")
        & (changed["outlet"] == "Beta") & (changed["value"] == "legality")
        & (changed["weight"] == "sentence") & (changed["copies"] == "in") & (changed["spec"] == "")
    ]  # fmt: skip
    assert len(row) == 1
    changed.loc[row, "estimate"] = 0.1234
    write_manuscript(collect_numbers(**(results | {"estimates": changed})), folder, formats=["pdf"])
    after = (folder / "paper.pdf").read_bytes(), (folder / "paper.typ").read_text("utf-8")
    assert "12.3" not in before[1]
    assert "12.3" in after[1]
    assert before[0] != after[0]


def test_the_test_that_finds_a_difference_is_reported_as_such(numbers):
    text = fill(numbers)
    assert numbers["variables"]["frame"]["test"]["found"]
    assert "The permutation test finds that outlets differ in their frames" in text
    assert "does not show that outlets differ in their frames" not in text
    assert "lone article of" not in text


def test_the_test_that_finds_none_claims_none(numbers):
    frame = numbers["variables"]["frame"]
    nothing = frame["differences"] | {"n_held": 0, "held": []}
    changed = frame | {"test": frame["test"] | {"found": False, "p": 0.4}, "differences": nothing}
    text = fill(numbers | {"variables": numbers["variables"] | {"frame": changed}})
    assert "does not show that outlets differ in their frames" in text
    assert "no evidence that outlets are alike" in text
    assert "none holds at the 5% level" in text
    assert "No difference between any pair of outlets is claimed." in text


def test_outlets_with_lone_articles_get_shares_and_no_claim(folder):
    numbers = collect_numbers(**make_results({"Alfa": 1, "Beta": 1, "Gama": 1}))
    text = fill(numbers)
    assert "Every outlet here is present with a lone article." in text
    assert "The report makes no claim about any outlet; it describes articles." in text
    assert "most frequent frame among the labels is threat (50.0% of 12 sentences)" in text
    assert "No pairwise difference between outlets can be tested" in text
    for word in ("pseudo-", "Holm", "interval 4", "95%", "finds that"):
        assert word not in text
    write_manuscript(numbers, folder, formats=["pdf"])


def test_some_outlets_with_lone_articles_are_named(numbers):
    text = fill(collect_numbers(**make_results({"Alfa": 5, "Beta": 4, "Gama": 1})))
    assert "Gama is present with a lone article." in text
    assert "No interval is drawn for Gama" in text
    assert "Tests and Cramér’s *V* leave this outlet out." in text


@pytest.mark.parametrize("composed", [True, False])
def test_an_invented_corpus_is_called_so_in_abstract_data_and_footnote(composed):
    results = make_results({"Alfa": 2, "Beta": 2}, composed=composed)
    text = fill(collect_numbers(**results))
    abstract, _, body = text.partition("# Introduction")
    assert ("nothing in it is a finding about real media" in abstract) is composed
    assert ("All articles and all outlets in the corpus are invented" in body) is composed
    assert ("[^invented]:" in body) is composed
    assert ("invented" in text) is composed


def test_scores_on_training_sentences_are_not_called_accuracy(numbers):
    text = fill(numbers)
    assert "agreement with the training codes and not accuracy" in text
    assert len(re.findall("accura", text)) == 1


def test_the_demo_paper_lays_its_lines_beside_the_labels(tmp_path):
    counts = make_counts({"Alfa": 2, "Beta": 2, "Gama": 2}).replace(
        {"Alfa": "Harian Andaian", "Beta": "Suara Khayal", "Gama": "Lensa Fiktif"}
    )
    results = make_results({"Alfa": 2}, composed=True)
    results["counts"] = counts
    results["estimates"] = compare_outlets(counts, results["codebook"], Settings(n_permutations=99))
    text = fill(collect_numbers(**results), PAPER)
    assert "in Harian Andaian and Suara Khayal, but not in Lensa Fiktif" in text


# ----------------------------------------------------------------- what stops the build


def test_a_missing_number_stops_the_build(numbers, folder, tmp_path):
    template = write_template(tmp_path, "\n\nWe have {{ corpus.n_articels }} articles.")
    with pytest.raises(BingkaiError, match=r"mine.md.j2: line 3: .*n_articels") as caught:
        write(numbers, folder, template)
    assert "\n" not in str(caught.value)
    assert [path.name for path in folder.iterdir()] == ["figures"]


def test_an_empty_number_stops_the_build(numbers, folder, tmp_path):
    template = write_template(tmp_path, "p = {{ variables.frame.shares[0].overall.p_value }}")
    with pytest.raises(BingkaiError, match="line 1: this number is empty"):
        write(numbers, folder, template)


def test_an_empty_number_in_a_filter_stops_the_build(numbers, folder, tmp_path):
    template = write_template(tmp_path, "{{ variables.frame.shares[0].overall.p_value|percent }}")
    with pytest.raises(BingkaiError, match=r"mine.md.j2: line 1:"):
        write(numbers, folder, template)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    "case",
    [
        ("![A](figures/nothing){#fig:nothing}", r"figures/nothing\.(pdf|png) is missing"),
        ("See @fig:shares.", "no figure or table fig:shares"),
        ("As shown [@nobody1900].", "not in the bibliography: nobody1900"),
    ],
)
def test_a_missing_figure_reference_or_citation_stops_the_build(
    numbers, folder, tmp_path, ending, case
):
    body, message = case
    (folder / "paper.pdf").write_text("earlier")
    with pytest.raises(BingkaiError, match=message) as caught:
        write(numbers, folder, write_template(tmp_path, body), formats=[ending])
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in folder.iterdir()) == ["figures", "paper.pdf"]
    assert (folder / "paper.pdf").read_text() == "earlier"


def test_a_missing_bibliography_is_one_line(numbers, folder, tmp_path):
    with pytest.raises(BingkaiError, match=r"none\.bib") as caught:
        write_manuscript(numbers, folder, bibliography=tmp_path / "none.bib")
    assert "\n" not in str(caught.value)


def test_own_entries_are_cited_beside_the_shipped_ones(numbers, folder, tmp_path):
    template = write_template(tmp_path, "[@hatta1953; @entman1993]\n")
    write(numbers, folder, template, bibliography=BIBLIOGRAPHY, formats=["tex"])
    text = (folder / "paper.tex").read_text(encoding="utf-8")
    assert "Foreign Affairs" in text
    assert "Fractured" in text


def test_figures_are_numbered_in_word(numbers, folder):
    write_manuscript(numbers, folder, formats=["docx"])
    document = zipfile.ZipFile(folder / "paper.docx").read("word/document.xml").decode()
    assert "Figure\u00a01." in document
    assert "Gambar" not in document


def test_a_study_without_frames_has_a_report(folder):
    results = make_results({"Alfa": 2, "Beta": 2})
    results["counts"]["frame"] = ""
    results["estimates"] = compare_outlets(
        results["counts"], results["codebook"], Settings(n_permutations=99)
    )
    write_manuscript(collect_numbers(**results) | {"figures": ["voice"]}, folder, formats=["tex"])


def test_a_figure_that_was_drawn_and_lost_stops_the_report(numbers, folder):
    (folder / "figures" / "stance.pdf").unlink()
    with pytest.raises(BingkaiError, match=r"figures/stance.* is missing"):
        write_manuscript(fix(numbers), folder, formats=["pdf"])


@pytest.mark.parametrize("body", ["{% if x %}", "{{ 1 + }}", "{{ x|nofilter }}"])
def test_a_mistake_in_a_template_is_one_line(numbers, folder, tmp_path, body):
    with pytest.raises(BingkaiError, match=r"mine.md.j2: line 1: ") as caught:
        write(numbers, folder, write_template(tmp_path, body))
    assert "\n" not in str(caught.value)


def test_a_template_cannot_run_code(numbers, folder, tmp_path):
    template = write_template(tmp_path, "{{ ''.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(BingkaiError, match="unsafe"):
        write(numbers, folder, template)


@pytest.mark.parametrize("name", ["none.md.j2", "latin.md.j2"])
def test_an_unreadable_template_is_one_line(numbers, folder, tmp_path, name):
    (tmp_path / "latin.md.j2").write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(BingkaiError, match=name):
        write(numbers, folder, tmp_path / name)


def test_an_unknown_format_is_refused(numbers, folder):
    with pytest.raises(BingkaiError, match="format 'odt' is unknown; use pdf, docx, tex"):
        write_manuscript(numbers, folder, formats=["odt"])


def test_a_folder_that_is_not_there_is_one_line(numbers, tmp_path):
    with pytest.raises(BingkaiError, match=r"^paper.md: cannot write it"):
        write_manuscript(fix(numbers), tmp_path / "nowhere")


# ------------------------------------------------------------------------ strange texts


def read_as_plain(markdown: str) -> str:
    run = subprocess.run(
        [pypandoc.get_pandoc_path(), "--from=markdown-smart", "--to=plain", "--wrap=none"],
        input=markdown, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return run.stdout.strip("\n")


def test_strange_sentences_are_printed_as_they_are(numbers, folder):
    write_manuscript(numbers, folder)
    row = next(line for line in fill_template(REPORT, fix(numbers)).splitlines() if "Harga" in line)
    assert read_as_plain(row.split(" | ")[1]) == STRANGE
    document = zipfile.ZipFile(folder / "paper.docx").read("word/document.xml").decode()
    assert STRANGE in html.unescape(
        "".join(re.findall(r"<w:t[ >][^<]*?>?([^<>]*)</w:t>", document))
    )


@pytest.mark.parametrize("character", ["\x00", "\ud800", "\ufffe", "\u202e", "\x1b", "\ufdfa", "ع"])
def test_characters_that_no_file_can_hold_do_not_stop_the_paper(results, folder, character):
    numbers = collect_numbers(**results)
    numbers["evidence"][0]["text"] = f"Kata{character}kata"
    numbers["study"] = numbers["study"] | {"title": f"A{character}B"}
    write_manuscript(numbers | {"figures": ["shares"]}, folder)


@given(st.text(max_size=30))
@settings(max_examples=25, deadline=None)
def test_escaped_text_never_becomes_markup(text):
    escaped = escape_markdown(text)
    shown = " ".join(read_as_plain(f"{escaped}\n").split())
    # Plain output writes no-break spaces and the like as they are; only white space may differ.
    expected = "".join(c for c in text if c.isprintable() and not c.isspace())
    assert "".join(c for c in shown if c.isprintable() and not c.isspace()).replace(
        "\ufffd", ""
    ) == "".join(c for c in expected if c != "\ufffd")


def test_words_of_numbers():
    assert [spell(0), spell(7), spell(10), spell(1234)] == ["no", "seven", "10", "1,234"]
    assert [percent(0.1234), percent(0.0), percent(1.0)] == ["12.3%", "0.0%", "100.0%"]
    assert [bare_p(0.0004), bare_p(0.0005), bare_p(0.25)] == ["< 0.001", "0.001", "0.250"]
    assert str(p_value(0.012)) == "*p* = 0.012"
    assert [join_words(x) for x in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_every_reference_of_the_bibliographies_is_whole():
    for path in (TEMPLATES / "references.bib", BIBLIOGRAPHY):
        entries = re.split(r"\n(?=@)", path.read_text(encoding="utf-8"))
        for entry in entries:
            assert {"author", "title", "year"} <= set(re.findall(r"^  (\w+)", entry, re.M)), entry


def test_labels_that_are_missing_are_said_to_be():
    results = make_results({"Alfa": 2, "Beta": 2})
    counts = results["counts"].assign(sentiment="")
    counts.loc[counts["frame"] == "none", "frame"] = ""
    estimates = compare_outlets(counts, results["codebook"], Settings(n_permutations=99))
    text = fill(collect_numbers(**(results | {"counts": counts, "estimates": estimates})))
    # Of 48 sentences, articles 0 and 1 of each outlet have 4 and 3 without a frame.
    assert "Not every sentence has every label" in text
    assert "labels by machine were given for frame to 34, stance to all and voice to all" in text
    assert "Every sentence was labelled" not in text


def test_one_article_of_one_outlet_is_spoken_of_in_the_singular(folder):
    numbers = collect_numbers(**make_results({"Alfa": 1}))
    text = fill(numbers)
    assert "We describe how one article (12 sentences) frames what it reports." in text
    assert "It is dated 1 May 2031" in text
    assert "and the input file together" not in text
    assert not re.search(r"\bone (articles|sentences|outlets)\b", text)
    write_manuscript(numbers, folder, formats=["pdf"])
