"""A small sheet to code on, and a browserless client of the page's server."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.coding.desk import Desk
from analysis.coding.server import HOST, CodingServer
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
MARKUP = "<img src=x onerror=\"document.title='taken'\"><script>alert(1)</script>"
TEXTS = {  # composed
    "s1": "Perahu nelayan kembali sebelum badai.",
    "s2": f"{MARKUP} terpampang di layar.",
    "s3": "Pasar dibuka lagi pada hari Senin.",
}


def make_desk(path: Path, *, coder: str = "ani", **codes: str) -> Desk:
    rows = [
        {"sample_id": "abc", "sentence_id": key, "title": MARKUP, "before": MARKUP, "text": text}
        for key, text in TEXTS.items()
    ]
    empty = dict.fromkeys(
        ["frame", "stance", "target", "sentiment", "voice", "doubt", "comment"], ""
    )
    sheet = pd.DataFrame(rows).assign(**{**empty, **codes})
    return Desk(sheet, CODEBOOK, path, coder=coder, language="id")


@contextmanager
def serve(path: Path) -> Iterator[CodingServer]:
    desk = make_desk(path)
    with desk.journal, CodingServer(desk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Client:
    """One window, without a browser."""

    def __init__(self, server: CodingServer) -> None:
        self.server = server
        self.own = f"{HOST}:{server.server_port}"
        self.window = self.get("api/sheet")[1]["window"]
        self.last = 0

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(HOST, self.server.server_port, timeout=10)
        sent = {"Host": self.own, **{k.replace("_", "-"): v for k, v in headers.items()}}
        token = self.server.token if token is None else token
        try:
            connection.request(method, f"/{token}/{path}", body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.headers)
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, Any]:
        status, content, _ = self.request("GET", path)
        return status, json.loads(content)

    def post(self, path: str, **body: Any) -> tuple[int, Any]:
        body = {"window": self.window, "since": self.last, **body}
        status, content, _ = self.request(
            "POST", path, json.dumps(body).encode(), Origin=f"http://{self.own}",
            Content_Type="application/json",
        )  # fmt: skip
        return status, json.loads(content) if content else None

    def choose(self, sentence_id: str, field: str, value: str, *, seen: int = 0) -> int:
        return self.post(
            "api/choose", sentence_id=sentence_id, field=field, value=value, seen=seen
        )[0]
