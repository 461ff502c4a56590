import errno
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from coding import CODEBOOK, MARKUP, TEXTS, Client, make_desk, serve

from analysis.cli import main
from analysis.coding.journal import Journal, read_journal
from analysis.coding.server import CodingServer
from analysis.coding.sheet_files import read_sheet
from analysis.coding.sheets import merge_codes
from framing.errors import BingkaiError
from framing.tables import hash_text, write_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sheet.ani.codes.jsonl"


@pytest.fixture
def server(path: Path) -> Iterator[CodingServer]:
    with serve(path) as running:
        yield running


def codes(path: Path) -> dict[tuple[str, str], str]:
    sheet = read_journal(path).drop(columns=["sample_id", "text_sha256", "coder"])
    long = sheet.melt(id_vars="sentence_id")
    return {(r.sentence_id, r.variable): r.value for r in long.itertuples() if r.value}


def test_only_the_own_address_and_token_are_answered(server: CodingServer) -> None:
    client = Client(server)
    assert server.server_address[0] == "127.0.0.1"
    assert client.request("GET", "")[0] == 200
    for token in ("", "x", server.token[:-1], server.token + "x"):
        assert client.request("GET", "", token=token)[0] == 404
    port = server.server_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil:{port}"):
        assert client.request("GET", "api/sheet", Host=host)[0] == 403
    assert client.request("GET", "", Host=f"localhost:{port}")[0] == 200
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}", "http://127.0.0.1"):
        assert client.request("GET", "api/sheet", Origin=origin)[0] == 403
    assert client.request("GET", "api/sheet", Sec_Fetch_Site="cross-site")[0] == 403
    assert client.request("GET", "../code_server.py")[0] == 404


def test_a_choice_from_elsewhere_is_not_written(server: CodingServer, path: Path) -> None:
    client = Client(server)
    good = {"window": 1, "since": 0, "sentence_id": "s1", "field": "frame", "value": "threat",
            "seen": 0}  # fmt: skip
    body, own = json.dumps(good).encode(), f"http://{client.own}"
    kind = {"Content_Type": "application/json"}
    sent = [
        client.request("POST", "api/choose", body, **kind),
        client.request("POST", "api/choose", body, Origin="http://evil.example", **kind),
        client.request("POST", "api/choose", body, Origin=own, Content_Type="text/plain"),
        client.request("POST", "api/choose", body, Origin=own, token="x", **kind),
        client.request("POST", "api/choose", body, Origin=own, Host="evil.example", **kind),
        client.request("POST", "api/choose", b"[1]", Origin=own, **kind),
        client.request("POST", "api/choose", b"{", Origin=own, **kind),
        client.request("POST", "api/choose", b"x" * 40_000, Origin=own, **kind),
    ]
    assert [status for status, _, _ in sent] == [403, 403, 415, 404, 403, 400, 400, 413]
    assert codes(path) == {}
    assert client.request("POST", "api/choose", body, Origin=own, **kind)[0] == 200
    assert codes(path) == {("s1", "frame"): "threat"}


@pytest.mark.parametrize(
    ("change"),
    [
        {"sentence_id": "s9"},
        {"field": "mood"},
        {"value": "danger"},
        {"value": 3},
        {"field": "comment", "value": "x" * 2001},
        {"seen": -1},
        {"window": True},
        {"since": "x"},
    ],
)
def test_what_is_not_the_sheets_is_refused(
    change: dict[str, object], server: CodingServer, path: Path
) -> None:
    good = {"sentence_id": "s1", "field": "frame", "value": "threat", "seen": 0}
    assert Client(server).post("api/choose", **{**good, **change})[0] == 400
    assert codes(path) == {}


def test_texts_are_data_and_never_markup(server: CodingServer) -> None:
    client = Client(server)
    status, page, headers = client.request("GET", "")
    assert status == 200 and MARKUP.encode() not in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy  # no innerHTML, even by mistake
    _, content, headers = client.request("GET", "api/sheet")
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert [one["text"] for one in json.loads(content)["sentences"]] == list(TEXTS.values())
    for name in ("page.js", "words.js", "page.css", "icon.svg"):
        status, content, _ = client.request("GET", name)
        assert status == 200
        assert b"//" not in content.replace(b"http://www.w3.org/2000/svg", b"").replace(b"// ", b"")


def test_a_machine_label_never_reaches_the_page(server: CodingServer) -> None:
    described = Client(server).get("api/sheet")[1]
    assert set(described["sentences"][0]) == {"sentence_id", "title", "before", "text"}


def test_every_choice_is_on_the_disk_at_once_and_nothing_is_rewritten(
    server: CodingServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, before = Client(server), path.read_bytes()
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    for number, value in enumerate(["threat", "economy", ""]):
        assert client.choose("s1", "frame", value, seen=number) == 200
        now = path.read_bytes()
        assert now.startswith(before) and now.count(b"\n") == number + 2
        assert synced[-1] == len(now)
        before = now
    assert codes(path) == {}


def test_two_windows_do_not_overwrite_each_other(server: CodingServer, path: Path) -> None:
    one, other = Client(server), Client(server)
    assert one.window != other.window
    assert one.choose("s1", "frame", "threat") == 200
    status, answer = other.post(
        "api/choose", sentence_id="s1", field="frame", value="economy", seen=0
    )
    assert status == 409  # it has not seen the other window's choice; now it is told
    assert [choice["value"] for choice in answer["choices"]] == ["threat"]
    assert codes(path) == {("s1", "frame"): "threat"}
    assert other.choose("s1", "stance", "neutral") == 200  # another field is no conflict
    assert other.choose("s1", "frame", "economy", seen=1) == 200
    assert one.get("api/choices?since=1")[1]["choices"][-1]["value"] == "economy"


def test_many_windows_at_once_lose_nothing(server: CodingServer, path: Path) -> None:
    clients = [Client(server) for _ in range(4)]
    fields = [("frame", "threat"), ("stance", "neutral"), ("voice", "quoted"), ("doubt", "yes")]

    def work(client: Client, field: str, value: str) -> None:
        for sentence_id in TEXTS:
            assert client.choose(sentence_id, field, value) == 200

    threads = [
        threading.Thread(target=work, args=(client, *field))
        for client, field in zip(clients, fields, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes(path) == {(s, field): value for s in TEXTS for field, value in fields}


def test_undo_goes_back_step_by_step_in_its_own_window(server: CodingServer, path: Path) -> None:
    one, other = Client(server), Client(server)
    one.choose("s1", "frame", "threat")
    one.choose("s1", "frame", "economy", seen=1)
    one.choose("s2", "frame", "none")
    other.choose("s3", "frame", "protocol")
    for expected in (
        {("s1", "frame"): "economy", ("s3", "frame"): "protocol"},
        {("s1", "frame"): "threat", ("s3", "frame"): "protocol"},
        {("s3", "frame"): "protocol"},
        {("s3", "frame"): "protocol"},  # nothing is left of this window
    ):
        assert one.post("api/undo")[0] == 200
        assert codes(path) == expected
    assert [c["undoes"] for c in one.get("api/choices?since=4")[1]["choices"]] == [3, 2, 1]


def test_undo_leaves_what_another_window_chose_since(server: CodingServer, path: Path) -> None:
    one, other = Client(server), Client(server)
    one.choose("s1", "frame", "threat")
    other.choose("s1", "frame", "economy", seen=1)
    assert one.post("api/undo")[1]["choices"][2:] == []
    assert codes(path) == {("s1", "frame"): "economy"}


def test_a_torn_last_line_costs_only_what_was_never_saved(path: Path) -> None:
    with serve(path) as server:
        client = Client(server)
        client.choose("s1", "frame", "threat")
        client.choose("s1", "stance", "neutral")
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in range(len(whole) - len(lines[-1]), len(whole)):
        path.write_bytes(whole[:cut])
        assert codes(path) == {("s1", "frame"): "threat"}
    with serve(path) as server:
        assert Client(server).choose("s1", "voice", "quoted") == 200
    assert codes(path) == {("s1", "frame"): "threat", ("s1", "voice"): "quoted"}
    path.write_bytes(lines[0][:20])  # torn in its first line
    with serve(path) as server:
        assert Client(server).choose("s1", "voice", "quoted") == 200
    assert codes(path) == {("s1", "voice"): "quoted"}


def test_a_full_disk_is_told_and_leaves_the_file_whole(
    server: CodingServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(server)
    client.choose("s1", "frame", "threat")
    before, write = path.read_bytes(), os.write

    def write_half(file: int, data: bytes) -> int:
        write(file, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_half)
        assert client.choose("s1", "stance", "neutral") == 507
    assert path.read_bytes() == before
    assert client.choose("s1", "stance", "neutral") == 200


def test_a_changed_or_foreign_file_is_refused(path: Path) -> None:
    with serve(path) as server:
        client = Client(server)
        for field, value in [("frame", "threat"), ("stance", "neutral"), ("voice", "quoted")]:
            client.choose("s1", field, value)
        with pytest.raises(BingkaiError, match="another bingkai code has it open"):
            make_desk(path)
    with pytest.raises(BingkaiError, match="has the codes of 'ani' .*give another -o"):
        make_desk(path, coder="budi")
    other = path.with_name("notes.txt")
    other.write_bytes(b"no line end")
    with pytest.raises(BingkaiError, match="another file, not one of bingkai code"):
        make_desk(other)
    assert other.read_bytes() == b"no line end"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(BingkaiError, match="line 3 was changed or lost"):
        make_desk(path)


def test_codes_that_the_sheet_has_are_kept(path: Path) -> None:
    make_desk(path, frame="threat").journal.close()
    assert codes(path) == {(sentence_id, "frame"): "threat" for sentence_id in TEXTS}
    with pytest.raises(BingkaiError, match="frame 'danger' of s1 is not in the codebook"):
        make_desk(path, frame="danger")


def test_what_was_coded_on_the_page_is_merged(server: CodingServer, path: Path) -> None:
    client = Client(server)
    client.choose("s1", "stance", "critical")
    client.choose("s1", "target", "west")
    client.choose("s1", "comment", "Nada “keras”?")
    sample = pd.DataFrame(
        [
            {"sample_id": "abc", "sentence_id": key, "text_sha256": hash_text(text),
             "variable": variable, "coder": "", "value": "", "target": "", "design": "random",
             "stratum": "", "inclusion_prob": 0.5}
            for key, text in TEXTS.items()
            for variable in ("frame", "stance")
        ]
    )  # fmt: skip
    gold = merge_codes(sample, read_sheet(path, CODEBOOK), CODEBOOK)
    coded = gold.loc[gold["value"] != ""].iloc[0]
    assert (coded["sentence_id"], coded["value"], coded["target"]) == ("s1", "critical", "west")
    assert (coded["coder"], coded["comment"]) == ("ani", "Nada “keras”?")
    other = sample.assign(text_sha256=hash_text("Lain."))
    with pytest.raises(BingkaiError, match=r"line 4 \(text_sha256\): the sentence had another"):
        merge_codes(other, read_sheet(path, CODEBOOK), CODEBOOK)


def test_the_command_says_the_address_and_how_far_one_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = make_desk(tmp_path / "none.jsonl").sheet.assign(coder="ani")
    write_table(sheet, tmp_path / "sheet.csv")
    write_table(sheet[["sentence_id"]], tmp_path / "sample.csv")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CodingServer, "serve_forever", stop)
    assert main(["code", str(tmp_path), "--no-browser"]) == 0
    said = capsys.readouterr().err
    assert "code on http://127.0.0.1:" in said
    assert "sheet.ani.codes.jsonl: 0 of 3 sentences coded by ani" in said
    write_table(sheet, tmp_path / "again.csv")
    assert main(["code", str(tmp_path), "--no-browser"]) == 2
    assert "which sheet? It has again.csv, sheet.csv" in capsys.readouterr().err
    write_table(sheet.assign(coder=""), tmp_path / "sheet.csv")
    assert main(["code", f"{tmp_path}/sheet.csv", "--no-browser"]) == 2
    assert "say who codes: --coder NAME" in capsys.readouterr().err


def test_a_journal_is_closed_to_a_second_program_until_it_ends(path: Path) -> None:
    given = {"sample_id": "abc", "coder": "ani", "fields": ["frame"]}
    with Journal(path, **given), pytest.raises(BingkaiError, match="has it open"):  # type: ignore[arg-type]
        Journal(path, **given)  # type: ignore[arg-type]
    Journal(path, **given).close()  # type: ignore[arg-type]
