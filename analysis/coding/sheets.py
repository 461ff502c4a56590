"""Sheets for people to code on, and their codes back into the sample.

A sheet shows the sentence and what stands before it, and the article's title and outlet if wanted.
It shows neither the machine's labels nor what would give them away: no stratum, no inclusion
probability. `analysis.coding.sheet_files` writes it for a spreadsheet or a labelling tool and reads
it.
"""

import numpy as np
import pandas as pd

from analysis.coding.sheet_problems import find_problems, raise_problems
from framing.errors import BingkaiError
from framing.schema import COLUMNS, require_columns
from framing.scheme import Codebook

CONTEXT = 5  # sentences shown before the one to be coded
TARGETED = "stance"  # the variable whose codes have a target
NOTES = ("doubt", "comment")  # what a coder says of a sentence beside its codes


def make_sheet(
    sample: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    seed: int = 0,
    title: bool = True,
    outlet: bool = False,
    coder: str = "",
) -> pd.DataFrame:
    """Lay a sample out for coding: one row a sentence, an empty column a variable.

    Articles come in a random order, so that it tells nothing of outlets; sentences of an article
    stay together, in their order.

    Parameters
    ----------
    sample
        An uncoded gold table, as `analysis.coding.sampling.draw_sample` returns.
    sentences, articles
        The tables that it was drawn from.
    seed
        Of the order of articles.
    title, outlet
        Whether coders see the article's title and its outlet.
    coder
        Who will code on it, if known.

    Returns
    -------
    pandas.DataFrame
        sample_id, sentence_id, outlet and title if shown, before, text, one column a variable
        (with ``target`` after stance), doubt, comment and coder.
    """
    require_columns(sample, "gold")
    drawn = sample.drop_duplicates("sentence_id")[["sample_id", "sentence_id"]]
    sheet = drawn.merge(_look_back(sentences), on="sentence_id")
    known = articles.drop_duplicates("article_id").set_index("article_id")
    shown = [name for name, wanted in (("outlet", outlet), ("title", title)) if wanted]
    for name in shown:
        sheet[name] = sheet["article_id"].map(known[name]).fillna("")
    found = np.sort(sheet["article_id"].unique())
    order = np.random.default_rng(seed).permutation(found)
    places = {article: place for place, article in enumerate(order)}
    sheet = sheet.sort_values("article_id", key=lambda ids: ids.map(places), kind="stable")
    empty = dict.fromkeys([*_code_columns(sample["variable"]), *NOTES], "")
    columns = ["sample_id", "sentence_id", *shown, "before", "text"]
    return sheet[columns].assign(**empty, coder=coder).reset_index(drop=True)


def merge_codes(
    sample: pd.DataFrame,
    sheet: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: str = "",
    where: str = "sheet",
) -> pd.DataFrame:
    """Put the codes of a sheet into the sample that it was laid out from.

    Parameters
    ----------
    sample
        The gold table of the sample, with its design.
    sheet
        One row a sentence and coder, as `analysis.coding.sheet_files.read_sheet` returns:
        ``sentence_id`` and one column a variable; ``text``, ``sample_id``, ``target``, ``doubt``,
        ``comment`` and ``coder`` if it has them.
    codebook
        Has the values that a code may be.
    coder
        Whose codes they are, where the sheet does not say.
    where
        The sheet's file, for messages.

    Returns
    -------
    pandas.DataFrame
        The gold table with `value`, `target` and `coder` filled, and `doubt` and `comment` if the
        sheet has them; what was not coded stays empty.

    Raises
    ------
    BingkaiError
        The sheet is of another sample, has a sentence twice or one that was not drawn, a changed
        text, shifted rows, or a code that is not in the codebook: each with its cell.
    """
    require_columns(sample, "gold")
    variables = list(sample["variable"].drop_duplicates())
    lacking = [name for name in ("sentence_id", *variables) if name not in sheet.columns]
    if lacking:
        raise BingkaiError(
            f"{where}: no column {', '.join(lacking)}; it needs sentence_id and the variables "
            f"{', '.join(variables)}"
        )
    sheet = sheet.fillna("").astype(str)
    for name in sheet.columns.difference(["text"]):
        sheet[name] = sheet[name].str.strip()
    whose = sheet["coder"] if "coder" in sheet.columns else pd.Series("", index=sheet.index)
    sheet["coder"] = whose.mask(whose == "", coder)
    raise_problems(find_problems(sheet, sample, codebook), where)
    notes = [name for name in NOTES if name in sheet.columns]
    codes = sheet.melt(
        id_vars=["sentence_id", "coder", *notes], value_vars=variables, var_name="variable"
    )
    if TARGETED in variables and "target" in sheet.columns:
        targets = sheet[["sentence_id", "coder", "target"]].assign(variable=TARGETED)
        codes = codes.merge(targets, on=["sentence_id", "coder", "variable"], how="left")
    merged = sample.drop(columns=["value", "target", "coder"]).merge(
        codes, on=["sentence_id", "variable"], how="left"
    )
    for name in ("value", "target", "coder", *notes):
        merged[name] = merged[name].fillna("") if name in merged.columns else ""
    return merged[[*COLUMNS["gold"], *notes]]


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
