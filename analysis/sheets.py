"""Sheets for people to code on, and their codes back into the sample.

A sheet shows the sentence, its article's title and what stands before it. It shows neither the
machine's labels nor what would give them away: no stratum, no inclusion probability, no outlet.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from framing.errors import BingkaiError
from framing.schema import COLUMNS, require_columns
from framing.scheme import Codebook
from framing.tables import hash_text

CONTEXT = 5  # sentences shown before the one to be coded
TARGETED = "stance"  # the variable whose codes have a target
_SHOWN = ("sample_id", "sentence_id", "title", "before", "text")


def make_sheet(
    sample: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, *, seed: int = 0
) -> pd.DataFrame:
    """Lay a sample out for coding: one row a sentence, an empty column a variable.

    Articles come in a random order, so that it tells nothing of outlets; sentences of an article
    stay together, in their order.

    Parameters
    ----------
    sample
        An uncoded gold table, as `analysis.sampling.draw_sample` returns.
    sentences, articles
        The tables that it was drawn from.
    seed
        Of the order of articles.

    Returns
    -------
    pandas.DataFrame
        sample_id, sentence_id, title, before, text, one column a variable (with ``target`` after
        stance), coder and comment.
    """
    require_columns(sample, "gold")
    drawn = sample.drop_duplicates("sentence_id")[["sample_id", "sentence_id"]]
    sheet = drawn.merge(_look_back(sentences), on="sentence_id")
    titles = articles.drop_duplicates("article_id").set_index("article_id")["title"]
    sheet["title"] = sheet["article_id"].map(titles).fillna("")
    found = np.sort(sheet["article_id"].unique())
    order = np.random.default_rng(seed).permutation(found)
    places = {article: place for place, article in enumerate(order)}
    sheet = sheet.sort_values("article_id", key=lambda ids: ids.map(places), kind="stable")
    empty = dict.fromkeys([*_code_columns(sample["variable"]), "coder", "comment"], "")
    return sheet[list(_SHOWN)].assign(**empty).reset_index(drop=True)


def merge_codes(sample: pd.DataFrame, sheet: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Put the codes of a sheet into the sample that it was laid out from.

    Parameters
    ----------
    sample
        The gold table of the sample, with its design.
    sheet
        One row a sentence: ``sentence_id`` and one column a variable; ``text``, ``sample_id``,
        ``coder`` and ``target`` if it has them.
    codebook
        Has the values that a code may be.

    Returns
    -------
    pandas.DataFrame
        The gold table with `value`, `target` and `coder` filled; what was not coded stays empty.

    Raises
    ------
    BingkaiError
        The sheet is of another sample, has a sentence twice or one that was not drawn, a changed
        text, or a code that is not in the codebook: with the row of the sheet, counted with its
        header as a spreadsheet does.
    """
    require_columns(sample, "gold")
    variables = list(sample["variable"].drop_duplicates())
    lacking = [name for name in ("sentence_id", *variables) if name not in sheet.columns]
    if lacking:
        raise BingkaiError(
            f"sheet: no column {', '.join(lacking)}; it needs sentence_id and the variables "
            f"{', '.join(variables)}"
        )
    sheet = sheet.fillna("").astype(str)
    for name in sheet.columns.difference(["text"]):
        sheet[name] = sheet[name].str.strip()
    _check_rows(sheet, sample)
    _check_codes(sheet, variables, codebook)
    columns = ["coder"] if "coder" in sheet.columns else []
    codes = sheet.melt(id_vars=["sentence_id", *columns], value_vars=variables, var_name="variable")
    if TARGETED in variables and "target" in sheet.columns:
        targets = sheet[["sentence_id", "target"]].assign(variable=TARGETED)
        codes = codes.merge(targets, on=["sentence_id", "variable"], how="left")
    merged = sample.drop(columns=["value", "target", "coder"]).merge(
        codes, on=["sentence_id", "variable"], how="left"
    )
    for name in ("value", "target", "coder"):
        merged[name] = merged[name].fillna("") if name in merged.columns else ""
    return merged[list(COLUMNS["gold"])]


def _look_back(sentences: pd.DataFrame) -> pd.DataFrame:
    """Return every sentence with those `before` it in its article, joined."""
    body = sentences.loc[sentences["unit"] == "sentence", ["sentence_id", "article_id", "text"]]
    before: dict[str, str] = {}
    for _, article in body.groupby("article_id", sort=False):
        texts = list(article["text"])
        for i, sentence_id in enumerate(article["sentence_id"]):
            before[sentence_id] = " ".join(texts[max(0, i - CONTEXT) : i])
    return body.assign(before=body["sentence_id"].map(before))


def _code_columns(variables: "pd.Series[str]") -> list[str]:
    columns: list[str] = []
    for variable in variables.drop_duplicates():
        columns += [variable, "target"] if variable == TARGETED else [variable]
    return columns


def _check_rows(sheet: pd.DataFrame, sample: pd.DataFrame) -> None:
    hashes = sample.drop_duplicates("sentence_id").set_index("sentence_id")["text_sha256"]
    own_id = sample["sample_id"].iloc[0]
    seen: set[str] = set()
    for row, (_, line) in enumerate(sheet.iterrows(), start=2):
        sentence_id = line["sentence_id"]
        if line.get("sample_id", own_id) != own_id:
            raise BingkaiError(
                f"sheet: row {row} is of the sample {line['sample_id']!r}, not of {own_id}; "
                "give the sample that the sheet was made with"
            )
        if sentence_id not in hashes.index:
            raise BingkaiError(f"sheet: row {row}: {sentence_id!r} is not in the sample")
        if sentence_id in seen:
            raise BingkaiError(f"sheet: row {row}: {sentence_id} stands twice; keep one")
        if "text" in sheet.columns and hash_text(line["text"]) != hashes[sentence_id]:
            raise BingkaiError(
                f"sheet: row {row}: the text of {sentence_id} was changed, or rows were shifted"
            )
        seen.add(sentence_id)


def _check_codes(sheet: pd.DataFrame, variables: Sequence[str], codebook: Codebook) -> None:
    allowed = {name: set(codebook.variable(name).value_ids) for name in variables}
    if TARGETED in variables and "target" in sheet.columns:
        allowed["target"] = {actor.id for actor in codebook.actors}
    for name, known in allowed.items():
        wrong = ~sheet[name].isin(known | {""})
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise BingkaiError(
                f"sheet: row {row + 2}: {name} {sheet[name].iloc[row]!r} is not in the codebook; "
                f"it has {', '.join(sorted(known))}"
            )
