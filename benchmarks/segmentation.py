"""Sentence splitting side by side: ours, pysbd and (where installed) blingfire.

    python benchmarks/segmentation.py ../shared/segmentation/pud.txt

Sentences, one a line, are joined by blanks, five at a time; the four boundaries inside each join
count, the text's end does not. Speeds are medians of five runs, in turn, in one process.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from framing.language.segmentation import split_text

JOINED = 5
RUNS = 5

Splitter = Callable[[str], set[int]]


def split_with_ours(text: str) -> set[int]:
    """Return the offsets at which bingkai ends a sentence."""
    return {end for _, end in split_text(text)}


def build_pysbd() -> Splitter:
    """Return pysbd as a splitter (it has no Indonesian rules: English ones, as users take)."""
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def split(text: str) -> set[int]:
        spans = segmenter.segment(text)
        return {span.start + len(text[span.start : span.end].rstrip()) for span in spans}

    return split


def build_blingfire() -> Splitter:
    """Return blingfire as a splitter; its sentences come one a line."""
    import blingfire

    def split(text: str) -> set[int]:
        _, spans = blingfire.text_to_sentences_and_offsets(text)
        return {end for _, end in spans}

    return split


def join_sentences(sentences: list[str]) -> list[tuple[str, set[int]]]:
    """Return (text, offsets of the boundaries inside it) for every five sentences."""
    texts = []
    for first in range(0, len(sentences), JOINED):
        group = sentences[first : first + JOINED]
        ends = {len(" ".join(group[:count])) for count in range(1, len(group))}
        texts.append((" ".join(group), ends))
    return texts


def score(splitter: Splitter, texts: Iterable[tuple[str, set[int]]]) -> float:
    """Return the F1 of the boundaries inside the texts."""
    hits = found = wanted = 0
    for text, ends in texts:
        cuts = splitter(text) - {len(text)}
        hits += len(cuts & ends)
        found += len(cuts)
        wanted += len(ends)
    return 2 * hits / (found + wanted)


def measure_seconds(splitter: Splitter, texts: list[tuple[str, set[int]]]) -> float:
    """Return the seconds that one pass over the texts takes."""
    start = time.perf_counter()
    for text, _ in texts:
        splitter(text)
    return time.perf_counter() - start


def main() -> None:
    """Print F1 and speed of every splitter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="sentences, one a line")
    lines = parser.parse_args().path.read_text(encoding="utf-8").splitlines()
    sentences = [line.strip() for line in lines if line.strip()]
    texts = join_sentences(sentences)
    splitters = {"bingkai": split_with_ours, "pysbd": build_pysbd()}
    if find_spec("blingfire"):
        splitters["blingfire"] = build_blingfire()
    seconds: dict[str, list[float]] = {name: [] for name in splitters}
    for _ in range(RUNS):
        for name, splitter in splitters.items():
            seconds[name].append(measure_seconds(splitter, texts))
    medians = {name: statistics.median(runs) for name, runs in seconds.items()}
    print(f"{len(sentences)} sentences, {sum(len(ends) for _, ends in texts)} boundaries")
    for name, splitter in splitters.items():
        speed = len(sentences) / medians[name]
        ratio = medians["pysbd"] / medians[name]
        f1 = score(splitter, texts)
        print(f"{name:10} F1 {f1:.4f}  {speed:9,.0f} sentences/s  {ratio:6.1f} times pysbd")


if __name__ == "__main__":
    main()
