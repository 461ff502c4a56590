"""The commands as users meet them: what they write, what they say, how they end."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main

ROOT = Path(__file__).parents[1]
PAGE = """Jembatan Perbatasan Dibuka Lagi

Kota Khayal, Warta Uji - Jembatan di perbatasan kedua negara dibuka lagi pada Rabu (12/3/2025).

"Kami menunggu hari ini sejak lama," kata seorang pedagang bernama Sulastri.

Menteri perhubungan negara itu mengatakan jembatan tersebut akan memperlancar perdagangan.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "one.txt").write_text(PAGE, encoding="utf-8")
    (folder / "two.txt").write_text(
        PAGE.replace("Jembatan", "Pelabuhan").replace("Warta Uji", "Kabar Coba"), encoding="utf-8"
    )
    return folder


def _entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Run a command that must end with 2 and one line; return the line."""
    assert main([str(word) for word in words]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    lines = [line for line in streams.err.splitlines() if not line.startswith("bingkai: warning")]
    assert len(lines) == 1, streams.err
    assert lines[0].startswith("bingkai: ")
    return lines[0]


def _run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis.cli", *map(str, words)],
        capture_output=True, text=True, check=False, timeout=120, cwd=ROOT, **options,
    )  # fmt: skip


# ------------------------------------------------------------------------------ the good way


def test_from_pages_to_tables_step_by_step(corpus: Path, tmp_path: Path) -> None:
    articles, sentences, labels = (tmp_path / f"{name}.csv" for name in ("a", "s", "l"))
    assert main(["read", str(corpus), "-o", str(articles)]) == 0
    assert main(["split", str(articles), "-o", str(sentences)]) == 0
    assert main(["label", str(sentences), "-o", str(labels)]) == 0
    split = pd.read_csv(sentences, dtype=str, keep_default_na=False)
    long = pd.read_csv(labels, dtype=str, keep_default_na=False)
    assert set(long["sentence_id"]) == set(split["sentence_id"])
    assert long.groupby("sentence_id").size().unique().tolist() == [4]
    results = tmp_path / "results"
    command = ["compare", labels, "--sentences", sentences, "--articles", articles, "-o", results]
    assert main([str(word) for word in command]) == 0
    assert {"counts.csv", "estimates.csv", "provenance.json"} <= set(_entries(results))


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_any_table_with_a_text_column_is_labelled_wide(tmp_path: Path, ending: str) -> None:
    table = pd.DataFrame(
        {"id": ["7", "8"], "text": ["Rudal itu menewaskan lima orang.", "“Kami setuju,” kata Ani."]}
    )
    table.to_csv(tmp_path / "x.csv", index=False)
    assert (
        main(["label", str(tmp_path / "x.csv"), "-o", str(tmp_path / f"y.{ending}"), "--wide"]) == 0
    )
    from framing.tables import read_table

    wide = read_table(tmp_path / f"y.{ending}")
    assert wide["id"].astype(str).tolist() == ["7", "8"]
    assert wide["text"].tolist() == table["text"].tolist()
    assert wide["voice"].tolist() == ["outlet", "quoted"]
    assert wide["frame"].tolist()[0] == "threat"
    assert wide["frame_prob"].astype(float).between(0.125, 1).all()


def test_the_fast_model_labels_without_the_slow_encoder(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from framing.encoders.encoder import E5Encoder

    def fail(self: E5Encoder, **options: object) -> None:
        raise AssertionError("the fast model has no need of e5-small")

    monkeypatch.setattr(E5Encoder, "__init__", fail)
    assert main(["label", str(corpus), "-o", str(tmp_path / "l.csv"), "--encoder", "fast"]) == 0
    labels = pd.read_csv(tmp_path / "l.csv", dtype=str, keep_default_na=False)
    assert set(labels["variable"]) == {"frame", "stance", "sentiment", "voice"}
    assert labels["labeler"].str.startswith("foreign-affairs-fast-").all()


def test_abstaining_leaves_labels_empty_and_says_the_coverage(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["label", str(corpus), "-o", str(tmp_path / "l.csv"), "--encoder", "fast"]
    assert main([*command, "--abstain", "0.6"]) == 0
    labels = pd.read_csv(tmp_path / "l.csv", dtype=str, keep_default_na=False)
    given = labels["prob"].astype(float) >= 0.6
    assert ((labels["value"] != "") == given).all()
    assert not given.all()
    assert "have a label (" in capsys.readouterr().err


def test_explanations_are_a_table_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("text\nRudal itu menghantam pasar.\n", encoding="utf-8")
    reasons = tmp_path / "why.csv"
    command = ["label", tmp_path / "x.csv", "-o", tmp_path / "l.csv", "--explain", reasons]
    assert main([*map(str, command), "--encoder", "fast"]) == 0
    table = pd.read_csv(reasons, dtype=str, keep_default_na=False)
    frame = table[table["variable"] == "frame"]
    assert "Rudal" in frame.loc[frame["kind"] == "word", "text"].tolist()
    assert (frame["kind"] == "neighbour").sum() == 3


def test_a_second_run_embeds_nothing(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from framing.encoders.encoder import E5Encoder

    command = ["label", str(corpus), "-o", str(tmp_path / "l.csv")]
    assert main(command) == 0
    first = (tmp_path / "l.csv").read_bytes()

    def fail(self: E5Encoder, text: str) -> None:
        raise AssertionError(f"embedded again: {text}")

    monkeypatch.setattr(E5Encoder, "token_ids", fail)
    assert main(command) == 0
    assert (tmp_path / "l.csv").read_bytes() == first


def test_success_says_only_where_the_result_is(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(corpus), "-o", str(tmp_path / "a.csv")]) == 0
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err == f"{tmp_path / 'a.csv'}: 2 articles\n"


def test_training_on_ones_own_sentences(tmp_path: Path) -> None:
    rows = [
        ("Tentara menembaki pos itu.", "threat"), ("Meriam dipasang di bukit.", "threat"),
        ("Kapal selam mengintai selat.", "threat"), ("Ekspor lada naik.", "economy"),
        ("Harga minyak turun tajam.", "economy"), ("Pinjaman bank cair.", "economy"),
    ]  # fmt: skip
    pd.DataFrame(rows, columns=["text", "frame"]).to_csv(tmp_path / "mine.csv", index=False)
    model, labels = tmp_path / "model", tmp_path / "l.csv"
    assert main(["train", str(tmp_path / "mine.csv"), "-o", str(model)]) == 0
    command = ["label", tmp_path / "mine.csv", "--model", model, "-o", labels]
    assert main([str(word) for word in command]) == 0
    assert set(pd.read_csv(labels)["variable"]) == {"frame", "voice"}


GOLD = """text,sentiment,voice
"Warga bersorak, bantuan tiba lebih cepat dari janji.",positive,outlet
Gempa merusak puluhan rumah di pesisir.,negative,outlet
“Kami sangat kecewa dan merasa dibohongi!”,negative,quoted
Rapat digelar pada Selasa.,neutral,
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "g.csv").write_text(GOLD, encoding="utf-8")
    return tmp_path / "g.csv"


def test_an_evaluation_is_printed_and_nothing_written(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(gold)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["sentiment", "voice"]
    for line, n in zip(lines, (4, 3), strict=True):
        pattern = rf"macro-F1 [01].\d{{3}} \(.* to .*\), ECE [01].\d{{3}} \(.*\), {n} sentences"
        assert re.search(pattern, line)
    assert _entries(tmp_path) == ["g.csv"]


def test_an_evaluation_is_a_results_folder(gold: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["evaluate", str(gold), "-o", str(tmp_path / name), "--language", "id"]) == 0
    figures = [f"{n}.{e}" for n in ("calibration", "confusion") for e in ("pdf", "png", "svg")]
    tables = ["calibration.csv", "calibration_error.csv", "confusion.csv", "scores.csv"]
    assert _entries(tmp_path / "one") == sorted(
        [*tables, "figures", *(f"figures/{name}" for name in figures), "provenance.json"]
    )
    assert main(["verify", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    confusion = pd.read_csv(tmp_path / "one" / "confusion.csv")
    assert confusion.groupby("variable")["n_sentences"].sum().to_dict() == {
        "sentiment": 4,
        "voice": 3,
    }


def test_scores_alone_go_into_a_table(gold: Path, tmp_path: Path) -> None:
    assert main(["evaluate", str(gold), "-o", str(tmp_path / "s.parquet")]) == 0
    assert set(pd.read_parquet(tmp_path / "s.parquet")["variable"]) == {"sentiment", "voice"}
    assert _entries(tmp_path) == ["g.csv", "s.parquet"]


# --------------------------------------------------------------------------------- bad input


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    line = _refused(capsys, "read", tmp_path / "pages", "-o", tmp_path / "a.csv")
    assert "pages" in line
    assert _entries(tmp_path) == ["pages"]


def test_a_missing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere" in _refused(capsys, "read", tmp_path / "nowhere", "-o", tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.txt"),
        (bytes(range(256)) * 40, "binary.txt"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "picture.txt"),
    ],
)
def test_a_page_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, name: str
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / name).write_bytes(content)
    line = _refused(capsys, "label", tmp_path / "pages", "-o", tmp_path / "l.csv")
    assert name in line or "pages" in line
    assert _entries(tmp_path) == ["pages", f"pages/{name}"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_pages_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.txt").write_bytes(PAGE.replace('"', "“", 1).encode(encoding))
    assert main(["read", str(tmp_path / "pages"), "-o", str(tmp_path / "a.csv")]) == 0
    article = pd.read_csv(tmp_path / "a.csv", keep_default_na=False).iloc[0]
    assert article["title"] == "Jembatan Perbatasan Dibuka Lagi"
    assert "“Kami menunggu" in article["text"]


def test_html_called_txt_is_read_as_html(tmp_path: Path) -> None:
    body = "".join(f"<p>{line}</p>" for line in PAGE.split("\n\n")[1:])
    title = "Jembatan Perbatasan Dibuka Lagi"
    html = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.txt").write_text(html, encoding="utf-8")
    assert main(["read", str(tmp_path / "pages"), "-o", str(tmp_path / "a.csv")]) == 0
    text = pd.read_csv(tmp_path / "a.csv", keep_default_na=False).iloc[0]["text"]
    assert "<p>" not in text
    assert "kata seorang pedagang bernama Sulastri" in text


def test_one_article_twice_is_kept_once_and_said(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "again.txt").write_text(PAGE, encoding="utf-8")
    assert main(["read", str(corpus), "-o", str(tmp_path / "a.csv")]) == 0
    warning = capsys.readouterr().err.splitlines()[0]
    assert "again.txt" in warning and "one.txt" in warning
    assert len(pd.read_csv(tmp_path / "a.csv")) == 2


def test_a_table_without_a_text_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("kalimat\nhalo\n")
    line = _refused(capsys, "label", tmp_path / "x.csv", "-o", tmp_path / "y.csv")
    assert "no column text" in line and "kalimat" in line
    assert _entries(tmp_path) == ["x.csv"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "russia"', 'id = "russia"\ncolour = "red"', "unknown key 'colour'"),
        ('id = "north_korea"', 'id = "russia"', "the actor 'russia' stands twice"),
        ('home = "indonesia"', 'home = "indonesia"\nhome = "x"', "not valid TOML"),
    ],
)
def test_a_codebook_with_an_unknown_or_doubled_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    from framing.scheme import default_codebook_path

    text = default_codebook_path().read_text(encoding="utf-8")
    (tmp_path / "c.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "x.csv").write_text("text\nhalo\n")
    words = (
        "label",
        tmp_path / "x.csv",
        "--codebook",
        tmp_path / "c.toml",
        "-o",
        tmp_path / "y.csv",
    )
    assert message in _refused(capsys, *words)


def test_a_date_that_is_none(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "manifest.csv").write_text("file,outlet,published\none.txt,Warta Uji,2025-02-30\n")
    line = _refused(capsys, "read", corpus, "-o", tmp_path / "a.csv")
    assert "2025-02-30" in line and "manifest.csv" in line


def test_a_manifest_that_names_a_file_that_is_not_there(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "manifest.csv").write_text("file,outlet\nthree.txt,Warta Uji\n")
    assert "three.txt" in _refused(capsys, "read", corpus, "-o", tmp_path / "a.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_unwritable_folder(corpus: Path, tmp_path: Path, capsys) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    assert "cannot write" in _refused(capsys, "read", corpus, "-o", locked / "a.csv")
    assert _entries(locked) == []


def test_a_folder_that_cannot_be_made(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot write" in _refused(capsys, "read", corpus, "-o", tmp_path / "file" / "a.csv")
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_results_folder_of_somebody_else(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text('[study]\ntitle = "T"\ncorpus = "pages"\n')
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    line = _refused(capsys, "run", tmp_path / "study.toml", "-o", tmp_path / "thesis")
    assert "thesis" in line
    assert _entries(tmp_path / "thesis") == ["chapter.txt"]


def _limit_files() -> None:
    """Let no file grow over 4 kB, as a full disk would."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_disk_that_is_full_half_way(tmp_path: Path) -> None:
    texts = [f"Kapal bermuatan beras itu tiba pada hari ke-{number}." for number in range(60)]
    pd.DataFrame({"text": texts}).to_csv(tmp_path / "x.csv", index=False)
    before = _entries(tmp_path)
    done = _run("label", tmp_path / "x.csv", "-o", tmp_path / "y.csv", preexec_fn=_limit_files)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "y.csv: cannot write it" in done.stderr
    assert _entries(tmp_path) == before


def _hear_interrupts() -> None:
    """Undo what a shell does to its background jobs, which ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    texts = [
        f"Rombongan ke-{number} tiba dan berangkat lagi sesudah {number} jam."
        for number in range(4000)
    ]
    pd.DataFrame({"text": texts}).to_csv(tmp_path / "x.csv", index=False)
    before = _entries(tmp_path)
    cache = tmp_path / "cache"
    with subprocess.Popen(
        [sys.executable, "-m", "analysis.cli", "label", tmp_path / "x.csv",
         "-o", tmp_path / "y.csv"],
        stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "BINGKAI_CACHE": str(cache)}, preexec_fn=_hear_interrupts,
    ) as process:  # fmt: skip
        while not (cache / "embeddings.sqlite").exists():  # looked at just before embedding
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    shutil.rmtree(cache)
    assert process.returncode == 130, errors
    assert errors == "bingkai: interrupted; nothing was left half-written\n"
    assert _entries(tmp_path) == before


@pytest.mark.parametrize(
    "words",
    [
        [], ["lable"], ["label"], ["label", "x.csv"], ["run", "s.toml", "-o", "r", "--until", "x"],
        ["label", "x.csv", "-o", "y.csv", "--nonsense"],
    ],
)  # fmt: skip
def test_wrong_words_are_one_line_with_the_way_to_help(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--help" in _refused(capsys, *words)


def test_labels_of_other_sentences_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text(
        "sentence_id,variable,labeler,value,prob,target\nmissing,frame,m,threat,0.9,\n"
    )
    (tmp_path / "s.csv").write_text(
        "sentence_id,article_id,unit,position,start,end,text,text_sha256,source,source_group,copy_of\n"
        "s1,a1,sentence,1,0,4,Halo,x,,own_words,\n"
    )
    (tmp_path / "a.csv").write_text(
        "article_id,outlet,published,published_source,title,author,agency,url,language,text,text_sha256\n"
        "a1,Warta Uji,,,T,,,,id,Halo,x\n"
    )
    before = _entries(tmp_path)
    line = _refused(
        capsys, "compare", tmp_path / "l.csv", "--sentences", tmp_path / "s.csv",
        "--articles", tmp_path / "a.csv", "-o", tmp_path / "r",
    )  # fmt: skip
    assert "missing" in line
    assert _entries(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("outlet,text\nA,Rusia mengancam, lalu mundur.\n", "line 2 has 3 fields, the header has 2"),
        ('text,id\n"Tidak ditutup,1\nHalo,2\n', "quotation mark"),
        ("text,text\na,b\n", "the column 'text' stands twice"),
        ("sentence_id,text\ns1,Halo.\ns1,Hai.\n", "'s1' stands twice"),
        ("sentence_id,text\ns1,Halo.\n,Hai.\n", "row 2 has no sentence_id"),
    ],
)
def test_a_table_that_would_be_misread_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (tmp_path / "x.csv").write_text(content, encoding="utf-8")
    assert message in _refused(capsys, "label", tmp_path / "x.csv", "-o", tmp_path / "y.csv")
    assert _entries(tmp_path) == ["x.csv"]


@pytest.mark.parametrize("start", ["", "sep=;\n", "\ufeff"])
def test_a_table_as_excel_writes_it_in_indonesia(tmp_path: Path, start: str) -> None:
    (tmp_path / "x.csv").write_text(start + 'id;text\n1;"Halo; apa kabar."\n', encoding="utf-8")
    assert main(["label", str(tmp_path / "x.csv"), "-o", str(tmp_path / "y.csv"), "--wide"]) == 0
    wide = pd.read_csv(tmp_path / "y.csv", dtype=str)
    assert wide["text"].tolist() == ["Halo; apa kabar."]
    assert wide["id"].tolist() == ["1"]


def test_articles_with_nothing_but_an_id_and_a_text_are_split(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("article_id,text\na1,Kapal tiba. Muatannya beras.\n")
    assert main(["label", str(tmp_path / "x.csv"), "-o", str(tmp_path / "y.csv"), "--wide"]) == 0
    texts = pd.read_csv(tmp_path / "y.csv", keep_default_na=False)["text"].tolist()
    assert texts == ["Kapal tiba.", "Muatannya beras."]


def test_an_empty_text_has_no_label(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('id,text\n1," "\n2,Kapal tiba.\n')
    assert main(["label", str(tmp_path / "x.csv"), "-o", str(tmp_path / "y.csv"), "--wide"]) == 0
    wide = pd.read_csv(tmp_path / "y.csv", dtype=str, keep_default_na=False)
    assert (
        wide[["frame", "stance", "sentiment", "voice", "frame_prob"]].iloc[0].tolist() == [""] * 5
    )
    assert wide["frame"].iloc[1] != ""


@pytest.mark.parametrize("second", ["x.csv", "y.csv"])
def test_one_file_for_two_tables_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str
) -> None:
    (tmp_path / "x.csv").write_text("text\nHalo.\n")
    words = (
        "label",
        tmp_path / "x.csv",
        "-o",
        tmp_path / "y.csv",
        "--sentences",
        tmp_path / second,
    )
    assert "one file for two tables" in _refused(capsys, *words)
    assert (tmp_path / "x.csv").read_text() == "text\nHalo.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--abstain", "2"], "abstain"),
        (["--encoder", "e6"], "e6"),
        (["--model", "MODEL", "--encoder", "fast"], "not fast"),
    ],
)
def test_a_wish_that_cannot_be_met(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from framing.model import default_model_path

    (tmp_path / "x.csv").write_text("text\nKapal itu berlayar.\n", encoding="utf-8")
    words = [str(default_model_path()) if word == "MODEL" else word for word in words]
    before = _entries(tmp_path)
    line = _refused(capsys, "label", tmp_path / "x.csv", "-o", tmp_path / "l.csv", *words)
    assert message in line
    assert _entries(tmp_path) == before


@pytest.mark.parametrize("threads", ["0", "-1", "many", "1000000"])
def test_a_wrong_number_of_threads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], threads: str
) -> None:
    words = ("label", tmp_path, "-o", tmp_path / "y.csv", f"--threads={threads}")
    assert "whole number" in _refused(capsys, *words)


def test_gold_without_a_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "g.csv").write_text("text,frame\nKapal tiba.,\n")
    assert "no code in the column(s) frame" in _refused(capsys, "evaluate", tmp_path / "g.csv")


def test_gold_without_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "g.csv").write_text("text,sentiment\nKapal tiba.,neutral\n ,neutral\n")
    line = _refused(capsys, "evaluate", tmp_path / "g.csv", "-o", tmp_path / "scores")
    assert "row 2 is coded but has no text" in line
    assert _entries(tmp_path) == ["g.csv"]


def test_an_evaluation_takes_nobodys_place(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    assert "not a results folder" in _refused(capsys, "evaluate", gold, "-o", tmp_path / "mine")
    assert "one file for two" in _refused(capsys, "evaluate", gold, "-o", gold)
    assert "table format" in _refused(capsys, "evaluate", gold, "-o", tmp_path / "scores.xlsx")
    assert _entries(tmp_path) == ["g.csv", "mine", "mine/notes.txt"]
    assert gold.read_text(encoding="utf-8") == GOLD


def test_results_are_drawn_with_the_codebook_that_made_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "provenance.json").write_text(
        '{"codebook": {"id": "mine", "version": "3", "sha256": "0"}, "outputs": {}}'
    )
    line = _refused(capsys, "draw", tmp_path / "r")
    assert "made with the codebook mine, version 3" in line


STRANGE = ["\0 nol", "ﷺ" * 30, "x" * 100_000, "😀😀 kata dia.", "مرحبا بالعالم", "“" * 500, " "]


def test_strange_texts_are_labelled_like_any_other(tmp_path: Path) -> None:
    from framing.tables import write_table

    write_table(pd.DataFrame({"text": STRANGE}), tmp_path / "x.jsonl")
    with (tmp_path / "x.jsonl").open("a") as stream:
        stream.write('{"text": "surogat \\ud800 sendiri"}\n')
    assert (
        main(["label", str(tmp_path / "x.jsonl"), "-o", str(tmp_path / "y.jsonl"), "--wide"]) == 0
    )
    from framing.tables import read_table

    assert len(read_table(tmp_path / "y.jsonl")) == len(STRANGE) + 1


def test_a_page_of_strange_texts_is_read(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.txt").write_text("\n\n".join([PAGE, *STRANGE]), encoding="utf-8")
    assert main(["label", str(tmp_path / "pages"), "-o", str(tmp_path / "l.csv")]) == 0
