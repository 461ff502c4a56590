import datetime
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.datavalidation import DataValidation

from analysis.cli import main
from analysis.coding.sampling import draw_sample
from analysis.coding.sheet_files import read_sheet, write_sheet
from analysis.coding.sheets import make_sheet, merge_codes
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import default_codebook_path, read_codebook
from framing.tables import hash_text, read_table, write_table

CODEBOOK = read_codebook()
# Composed: two articles, with a sentence that looks like a formula and one that looks like markup.
TEXTS = {
    "a1": ["Kapal itu tiba pagi hari.", "=SUM(1;2) tertulis di papan.", "Warga bersorak di sana."],
    "a2": ["Dua menteri bertemu.", "<b>Pasar</b> & kantor tutup.", "Jembatan \"lama\" dibongkar."],
}  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        {"sentence_id": f"{a}-{i}", "article_id": a, "unit": "sentence", "position": i, "text": t}
        for a, texts in TEXTS.items()
        for i, t in enumerate(texts)
    ]
    sentences = pd.DataFrame(rows).reindex(columns=list(COLUMNS["sentences"]), fill_value="")
    articles = pd.DataFrame(
        [{"article_id": a, "outlet": f"Media {a}", "title": f"Judul {a}"} for a in TEXTS]
    ).reindex(columns=list(COLUMNS["articles"]), fill_value="")
    return sentences.assign(text_sha256=sentences["text"].map(hash_text)), articles


@pytest.fixture(scope="module")
def sample(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return draw_sample(*corpus, CODEBOOK, n=6)


@pytest.fixture(scope="module")
def sheet(sample: pd.DataFrame, corpus: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return make_sheet(sample, *corpus, coder="ani")


def fill_in(sheet: pd.DataFrame) -> pd.DataFrame:
    """Codes for all sentences but the last."""
    coded = sheet.assign(
        frame="threat", stance="critical", target="russia", sentiment="negative", voice="quoted"
    )
    coded.loc[coded.index[0], ["doubt", "comment"]] = ["yes", 'Mungkin ekonomi, "barangkali".']
    coded.loc[coded.index[-1], ["frame", "stance", "target", "sentiment", "voice"]] = ""
    return coded


def codes_of(gold: pd.DataFrame) -> pd.DataFrame:
    kept = gold[["sentence_id", "variable", "value", "target", "doubt", "comment"]]
    return kept.reset_index(drop=True)


def open_book(path: Path) -> tuple[Any, Any, dict[str, str]]:
    """Return the workbook, its first sheet, and the letter of every heading."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    return book, page, {cell.value: cell.column_letter for cell in page[1]}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(
    "name", ["s.xlsx", "s.csv", "s.jsonl", "s.parquet", "s.json", "s.doccano.jsonl"]
)
def test_every_format_brings_the_codes_back(
    name: str, language: str, sheet: pd.DataFrame, sample: pd.DataFrame, tmp_path: Path
) -> None:
    coded = fill_in(sheet)
    write_sheet(coded, tmp_path / name, CODEBOOK, language=language)
    if name == "s.doccano.jsonl":  # doccano keeps comments under a name of its own
        lines = [json.loads(x) for x in (tmp_path / name).read_text("utf-8").splitlines()]
        lines[0]["Comments"] = [coded["comment"].iloc[0]]
        (tmp_path / name).write_text("".join(json.dumps(x) + "\n" for x in lines), "utf-8")
    gold = merge_codes(sample, read_sheet(tmp_path / name, CODEBOOK), CODEBOOK, coder="ani")
    pd.testing.assert_frame_equal(codes_of(gold), codes_of(merge_codes(sample, coded, CODEBOOK)))
    assert set(gold.loc[gold["value"] != "", "coder"]) == {"ani"}
    assert (gold["value"] != "").sum() == 5 * 4


@pytest.mark.parametrize("name", ["s.xlsx", "s.json", "s.doccano.jsonl"])
def test_the_same_sheet_gives_the_same_bytes(
    name: str, sheet: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sheet(sheet, tmp_path / name, CODEBOOK)
    first = (tmp_path / name).read_bytes()

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Later":
            return cls(2031, 5, 6, tzinfo=tz)

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    monkeypatch.setattr("time.time", lambda: 2e9)
    write_sheet(sheet, tmp_path / name, CODEBOOK)
    assert (tmp_path / name).read_bytes() == first


def test_a_workbook_is_locked_but_for_the_codes(sheet: pd.DataFrame, tmp_path: Path) -> None:
    write_sheet(sheet, tmp_path / "s.xlsx", CODEBOOK, language="id")
    book, page, letters = open_book(tmp_path / "s.xlsx")
    assert book.sheetnames == ["Kode", "Definisi"]
    assert page.protection.sheet and book["Definisi"].protection.sheet
    unlocked = {name for name, x in letters.items() if not page[f"{x}2"].protection.locked}
    assert unlocked == {
        "Bingkai", "Sikap", "Sikap terhadap", "Sentimen", "Suara", "Ragu?", "Komentar", "Pengode",
    }  # fmt: skip
    formula = next(row for row in page.iter_rows(min_row=2) if any(
        str(cell.value).startswith("=SUM") for cell in row))  # fmt: skip
    assert all(cell.data_type != "f" for cell in formula)


def test_the_lists_are_the_codebooks(sheet: pd.DataFrame, tmp_path: Path) -> None:
    write_sheet(sheet, tmp_path / "s.xlsx", CODEBOOK, language="id")
    book, page, letters = open_book(tmp_path / "s.xlsx")
    lists: dict[str, DataValidation] = {
        str(one.sqref): one for one in page.data_validations.dataValidation
    }
    listed = lists[f"{letters['Bingkai']}2:{letters['Bingkai']}7"]
    name, _, area = listed.formula1.partition("!")
    values = [cell[0].value for cell in book[name.strip("'")][area.replace("$", "")]]
    assert values == [
        "Ancaman", "Diplomasi", "Rivalitas", "Hukum", "Ekonomi", "Kemanusiaan", "Protokol",
        "Tanpa bingkai",
    ]  # fmt: skip
    assert len(lists) == 6  # four variables, the target and doubt
    shown = [cell.value for row in book["Definisi"].iter_rows() for cell in row if cell.value]
    assert "Hukum dan aturan: sanksi, resolusi, pelanggaran, pengadilan, penangkapan, sidang, " \
        "penyidikan, kepatuhan." in shown  # fmt: skip


def test_title_and_outlet_are_shown_or_hidden(
    sample: pd.DataFrame, corpus: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    assert "outlet" not in make_sheet(sample, *corpus)
    hidden = make_sheet(sample, *corpus, title=False, outlet=True)
    assert "title" not in hidden and set(hidden["outlet"]) == {"Media a1", "Media a2"}


def spoil(path: Path, change: Any) -> None:
    book, page, letters = open_book(path)
    change(page, letters)
    book.save(path)


def eat_date(page: Any, letters: dict[str, str]) -> None:
    page[f"{letters['Frame']}4"] = datetime.date(2026, 3, 5)


def merge_cells(page: Any, letters: dict[str, str]) -> None:
    page.merge_cells(f"{letters['Frame']}3:{letters['Frame']}5")


def shift_rows(page: Any, letters: dict[str, str]) -> None:
    texts = [page[f"{letters['Sentence to code']}{row}"].value for row in range(2, 8)]
    for row, text in enumerate([texts[-1], *texts[:-1]], start=2):
        page[f"{letters['Sentence to code']}{row}"].value = text
        page[f"{letters['Sentence to code']}{row}"].data_type = "s"


def set_cell(head: str, row: int, value: object) -> Any:
    def change(page: Any, letters: dict[str, str]) -> None:
        page[f"{letters[head]}{row}"] = value

    return change


# Headings: A number, B title, C before, D text, E frame, F stance, G target, H sentiment, I voice,
# J doubt, K comment, L coder, M sentence_id, N sample_id.
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_cell("Frame", 4, "Danger"), r"s\.xlsx: E4: frame 'Danger' is not in the codebook"),
        (set_cell("Stance toward", 3, "Mars"), "G3: target 'Mars' is not in the codebook"),
        (set_cell("Sentence to code", 5, "Lain."), "D5: the text of the sentence was changed"),
        (set_cell("sentence_id", 5, "zz"), "M5: 'zz' is not in the sample"),
        (set_cell("sentence_id", 5, "1E+15"), "M5: .* a spreadsheet made a number of it"),
        (set_cell("sentence_id", 5, None), "M5: empty"),
        (set_cell("sample_id", 5, "other"), "N5: of the sample 'other'"),
        (set_cell("Frame", 9, "Threat"), "M9: empty, so that nobody knows"),
        (set_cell("Voice", 2, "=E2"), "I2: a formula"),
        (set_cell("Voice", 2, True), "I2: the spreadsheet made TRUE of it"),
        (set_cell("Voice", 2, 1.5), r"I2: the spreadsheet made a number \(1.5\)"),
        (set_cell("Voice", 2, 45000), "I2: voice '45000' .* a spreadsheet made a date or number"),
        (set_cell("Voice", 1, "Frame"), "I1: the column frame stands twice"),
        (eat_date, r"E4: the spreadsheet made a date or time \(2026-03-05.*format the cell as"),
        (merge_cells, "E3:E5: merged cells; unmerge them"),
        (shift_rows, "D2, D3, D4, D5, D6, D7: the text of another sentence .*rows shifted"),
        (lambda page, _: page.insert_rows(1), "the headings of 'Codes' stand in row 2"),
        (lambda page, _: page.cell(5, 16, "x"), "P5: something stands beside the table"),
        (lambda page, _: page.delete_cols(5), "no column frame"),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(
    change: Any, message: str, sheet: pd.DataFrame, sample: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "s.xlsx"
    write_sheet(fill_in(sheet), path, CODEBOOK)
    spoil(path, change)
    with pytest.raises(BingkaiError, match=message):
        merge_codes(sample, read_sheet(path, CODEBOOK), CODEBOOK, where=path.name)


def test_a_doubled_row_is_named_with_both_cells(
    sheet: pd.DataFrame, sample: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "s.csv"
    write_sheet(pd.concat([sheet, sheet.iloc[[1]]]), path, CODEBOOK)
    with pytest.raises(BingkaiError, match="B8: .* stands twice, also in B3; keep one"):
        merge_codes(sample, read_sheet(path, CODEBOOK), CODEBOOK)
    two = pd.concat([sheet, sheet.assign(coder="budi")])  # two coders are no mistake
    assert len(merge_codes(sample, two, CODEBOOK)) == 2 * len(sample)


def test_many_problems_stay_one_line(sheet: pd.DataFrame, sample: pd.DataFrame) -> None:
    bad = fill_in(sheet).assign(frame=list("abcdef"))
    with pytest.raises(BingkaiError) as caught:
        merge_codes(sample, bad, CODEBOOK)
    assert str(caught.value).endswith("; and more in F5, F6, F7")


def test_names_that_mean_two_things_mean_neither(sheet: pd.DataFrame, tmp_path: Path) -> None:
    text = default_codebook_path().read_text("utf-8")
    double = text.replace(
        '{ en = "Rivalry", id = "Rivalitas" }', '{ en = "Threat", id = "Ancaman" }'
    )
    (tmp_path / "c.toml").write_text(double, "utf-8")
    codebook = read_codebook(tmp_path / "c.toml")
    path = tmp_path / "s.xlsx"
    write_sheet(sheet.assign(frame="rivalry"), path, codebook)
    assert set(read_sheet(path, codebook)["frame"]) == {"rivalry"}
    spoil(path, set_cell("Frame", 2, "Threat"))
    assert read_sheet(path, codebook)["frame"].iloc[0] == "Threat"


def test_label_studio_exports_of_several_annotators(
    sheet: pd.DataFrame, sample: pd.DataFrame, tmp_path: Path
) -> None:
    # As Label Studio's guide to its task format shows: a result a control, who, and cancelled.
    def annotate(who: object, value: str, *, cancelled: bool = False) -> dict[str, Any]:
        result = {"from_name": "frame", "to_name": "text", "type": "choices",
                  "value": {"choices": [value]}}  # fmt: skip
        return {"completed_by": who, "result": [result], "was_cancelled": cancelled}

    write_sheet(sheet, tmp_path / "s.json", CODEBOOK)
    tasks = json.loads((tmp_path / "s.json").read_text("utf-8"))
    tasks[0]["annotations"] = [
        annotate({"id": 1, "email": "ani@example.org"}, "threat"),
        annotate(2, "Ekonomi"),
        annotate(3, "none", cancelled=True),
    ]
    (tmp_path / "s.json").write_text(json.dumps(tasks), "utf-8")
    gold = merge_codes(sample, read_sheet(tmp_path / "s.json", CODEBOOK), CODEBOOK)
    coded = gold.loc[gold["value"] != "", ["coder", "value"]]
    assert set(coded.itertuples(index=False, name=None)) == {
        ("ani@example.org", "threat"), ("2", "economy"),
    }  # fmt: skip
    flat = [{**task["data"], "frame": "threat", "annotator": 4, "id": 1} for task in tasks]
    (tmp_path / "m.json").write_text(json.dumps(flat), "utf-8")
    assert set(read_sheet(tmp_path / "m.json", CODEBOOK)["coder"]) == {"4"}
    flat[2]["frame"] = {"choices": ["threat", "none"]}
    (tmp_path / "m.json").write_text(json.dumps(flat), "utf-8")
    with pytest.raises(BingkaiError, match=r"task 3 \(frame\): frame 'threat \+ none' is not"):
        merge_codes(sample, read_sheet(tmp_path / "m.json", CODEBOOK), CODEBOOK)


def test_the_labelling_interface_names_what_the_tasks_have(
    sheet: pd.DataFrame, tmp_path: Path
) -> None:
    from lxml import etree

    write_sheet(sheet, tmp_path / "s.json", CODEBOOK, language="id")
    view = etree.parse(tmp_path / "s.xml").getroot()
    task = json.loads((tmp_path / "s.json").read_text("utf-8"))[0]
    assert {x.get("value")[1:] for x in view.iter("Text")} <= set(task["data"])
    assert [x.get("name") for x in view.iter("Choices")] == [
        "frame", "stance", "target", "sentiment", "voice", "doubt",
    ]  # fmt: skip
    frame = next(x for x in view.iter("Choices") if x.get("name") == "frame")
    assert [x.get("alias") for x in frame] == list(CODEBOOK.variable("frame").value_ids)


def test_doccano_labels_are_checked(
    sheet: pd.DataFrame, sample: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "s.doccano.jsonl"
    write_sheet(fill_in(sheet), path, CODEBOOK, language="id")
    labels = json.loads((tmp_path / "s.doccano-labels.json").read_text("utf-8"))
    assert {"Bingkai: Ancaman", "Sikap terhadap: Rusia", "Ragu?: ya"} <= {x["text"] for x in labels}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def export(**change: Any) -> Path:
        changed = [lines[0], {**lines[1], **change}, *lines[2:]]
        path.write_text("".join(json.dumps(line) + "\n" for line in changed), "utf-8")
        return path

    with pytest.raises(BingkaiError, match="line 2: the label 'Nada: x' names no variable"):
        read_sheet(export(label=["Nada: x"]), CODEBOOK)
    with pytest.raises(BingkaiError, match="line 2 has labels but no sentence_id"):
        read_sheet(export(sentence_id=None), CODEBOOK)
    twice = read_sheet(export(label=["Bingkai: Ancaman", "Bingkai: Hukum"]), CODEBOOK)
    with pytest.raises(BingkaiError, match=r"line 2 \(frame\): frame 'Ancaman \+ Hukum'"):
        merge_codes(sample, twice, CODEBOOK)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.xlsx", b"no zip", "not a workbook; save it as .xlsx"),
        ("s.xls", b"", "save it as .xlsx"),
        ("s.json", b"{", "not JSON"),
        ("s.json", b"{}", "no list of tasks"),
        ("s.json", b"[{}]", "task 1 has no sentence_id"),
        ("missing.xlsx", None, "cannot read it"),
    ],
)
def test_what_is_no_sheet_is_refused(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BingkaiError, match=message):
        read_sheet(tmp_path / name, CODEBOOK)


@example(text="_x0041_")
@example(text="=1+1")
@example(text="'kutip")
@example(text=" tepi ")
@example(text="dua\nbaris")
@example(text="\r")
@given(text=st.text(min_size=1, max_size=30))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_keeps_every_text_or_refuses_it(
    text: str, sheet: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "s.xlsx"
    try:
        write_sheet(sheet.assign(text=text), path, CODEBOOK)
    except BingkaiError as error:
        assert "control characters" in str(error)
    else:
        assert set(read_sheet(path, CODEBOOK)["text"]) == {text}


def test_a_damaged_workbook_is_refused(sheet: pd.DataFrame, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<nothing/>")
    with pytest.raises(BingkaiError, match="not a readable workbook"):
        read_sheet(tmp_path / "s.xlsx", CODEBOOK)
    with pytest.raises(BingkaiError, match="text of the sentence .* has control characters"):
        write_sheet(sheet.assign(text="\x01"), tmp_path / "t.xlsx", CODEBOOK)
    assert not (tmp_path / "t.xlsx").exists()


def test_the_commands_take_a_workbook(
    corpus: tuple[pd.DataFrame, pd.DataFrame],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, table in zip(("s", "a"), corpus, strict=True):
        write_table(table, tmp_path / f"{name}.csv")
    draw = [
        "sample", f"{tmp_path}/s.csv", "--articles", f"{tmp_path}/a.csv", "-n", "6", "-o",
        f"{tmp_path}/sample.csv", "--sheet", f"{tmp_path}/sheet.xlsx", "--hide-title",
        "--show-outlet", "--language", "en", "--coders", "ani",
    ]  # fmt: skip
    assert main(draw) == 0
    spoil(tmp_path / "sheet.xlsx", set_cell("Frame", 2, "Threat"))
    merge = ["merge", f"{tmp_path}/sample.csv", f"{tmp_path}/sheet.xlsx", "-o"]
    assert main([*merge, f"{tmp_path}/gold.csv"]) == 0
    assert "codes of 6 sentences: 1 of frame" in capsys.readouterr().err
    gold = read_table(tmp_path / "gold.csv")
    assert set(gold.loc[gold["value"] != "", "coder"]) == {"ani"}
