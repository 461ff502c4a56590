"""Embeddings kept by content, so that no sentence is embedded twice."""

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from framing.encoders.encoder import Encoder, Progress, Vectors
from framing.tables import hash_text

_CHUNK = 512


def cache_folder() -> Path:
    """Return the folder for embeddings: ``$BINGKAI_CACHE``, else the user's cache folder."""
    setting = os.environ.get("BINGKAI_CACHE")
    if setting:
        return Path(setting)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "bingkai"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bingkai"


def embed(texts: Sequence[str], encoder: Encoder, *, progress: Progress | None = None) -> Vectors:
    """Return one vector a text; equal texts are embedded once, known ones not at all.

    A cache that cannot be opened or written (a read-only home, a full disk, a damaged file) costs
    time, never the result.

    Parameters
    ----------
    texts
        Any texts, in any order.
    encoder
        Embeds what the cache lacks.
    progress
        Wraps the vectors as they are made, to show a bar.

    Returns
    -------
    numpy.ndarray
        Float32, shape (n_texts, encoder.dimension).
    """
    if not encoder.cached:
        return encoder.encode(texts, progress=progress)
    keys = [hash_text(text) for text in texts]
    first: dict[str, str] = dict(zip(keys, texts, strict=True))
    store = _Store(cache_folder() / "embeddings.sqlite", encoder)
    known = store.read(list(first))
    missing = [key for key in first if key not in known]
    fresh = encoder.encode([first[key] for key in missing], progress=progress)
    new = dict(zip(missing, fresh, strict=True))
    store.write(new)
    known.update(new)
    if not keys:
        return np.empty((0, encoder.dimension), dtype=np.float32)
    return np.stack([known[key] for key in keys])


class _Store:
    """One SQLite file; every failure of it is a cache miss."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._encoder = encoder

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS embeddings (encoder TEXT, text_sha256 TEXT,"
                " vector BLOB, PRIMARY KEY (encoder, text_sha256)) WITHOUT ROWID"
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def read(self, keys: list[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        try:
            with closing(self._connect()) as connection:
                for start in range(0, len(keys), _CHUNK):
                    chunk = keys[start : start + _CHUNK]
                    marks = ",".join("?" * len(chunk))
                    rows = connection.execute(
                        "SELECT text_sha256, vector FROM embeddings"
                        f" WHERE encoder = ? AND text_sha256 IN ({marks})",
                        [self._encoder.name, *chunk],
                    )
                    for key, blob in rows:
                        if len(blob) == 4 * self._encoder.dimension:
                            found[key] = np.frombuffer(blob, dtype="<f4")
        except (sqlite3.Error, OSError):
            return {}
        return found

    def write(self, vectors: dict[str, Vectors]) -> None:
        if not vectors:
            return
        rows = [
            (self._encoder.name, key, vector.astype("<f4").tobytes())
            for key, vector in vectors.items()
        ]
        try:
            with closing(self._connect()) as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)
        except (sqlite3.Error, OSError):
            return
