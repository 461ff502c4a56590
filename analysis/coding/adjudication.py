"""From the codes of several people to one gold table, which says who decided what."""

from collections import Counter
from enum import StrEnum

import pandas as pd

from analysis.coding.sheets import TARGETED
from framing.errors import BingkaiError
from framing.schema import COLUMNS, require_columns
from framing.tables import hash_text

_CODE = ["value", "target"]


class Decision(StrEnum):
    """How a code of the gold table came about."""

    AGREED = "agreed"
    SINGLE = "single"
    MAJORITY = "majority"
    ADJUDICATED = "adjudicated"
    OPEN = "open"
    UNCODED = "uncoded"


def settle_codes(
    sample: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    decided: pd.DataFrame | None = None,
    majority: bool = False,
) -> pd.DataFrame:
    """Make one gold table of several people's codes.

    Parameters
    ----------
    sample
        The gold table of the sample, with its design.
    codes
        What people coded, as `analysis.coding.codes.gather_codes` gives it.
    decided
        What an adjudicator settled, in the same form; a code here stands whatever people said.
    majority
        Whether the code of more than half of at least three people stands without adjudication.

    Returns
    -------
    pandas.DataFrame
        The gold table, in the order of the sample. `coder` names who gave the code (``Ani+Budi``),
        `decision` how it came about (`Decision`), `codes` everybody's; `text` and `article_id` as
        far as they are known. The value of what is in dispute (open) or nobody coded (uncoded) is
        empty. Two stances are alike if their targets are, too.

    Raises
    ------
    BingkaiError
        A sentence is not of the sample, or its text was changed.
    """
    require_columns(sample, "gold")
    _check_sample(sample, codes)
    found = _decide(codes, majority=majority)
    if decided is not None:
        _check_sample(sample, decided)
        found = _overrule(found, decided)
    rest = sample.drop(columns=["value", "target", "coder", "text", "article_id"], errors="ignore")
    known = codes.drop_duplicates("sentence_id")[["sentence_id", "text", "article_id"]]
    gold = rest.merge(found, on=["sentence_id", "variable"], how="left")
    gold = gold.merge(known, on="sentence_id", how="left")
    gold["decision"] = gold["decision"].fillna(Decision.UNCODED)
    added = ["value", "target", "coder", "decision", "codes", "text", "article_id"]
    gold[added] = gold[added].fillna("")
    return gold[[*COLUMNS["gold"], "decision", "codes", "text", "article_id"]]


def lay_out_disputes(codes: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Lay out a sheet of the sentences that have something to settle.

    Parameters
    ----------
    codes
        What people coded.
    gold
        As `settle_codes` gives it.

    Returns
    -------
    pandas.DataFrame
        Columns as of a coder's sheet. A cell is empty where the code is in dispute and else filled;
        `codes` says what was given how often, and not by whom; `comments` what people remarked.
    """
    disputed = gold.loc[gold["decision"] == Decision.OPEN]
    ids = disputed["sentence_id"].drop_duplicates()
    shown = codes.drop_duplicates("sentence_id").set_index("sentence_id")
    sheet = shown.loc[ids, ["sample_id", "title", "before", "text"]].reset_index()
    blank = [name for name in ("title", "before", "text") if (sheet[name] == "").all()]
    sheet = sheet.drop(columns=blank)  # an empty text would count as a changed one
    sheet["sample_id"] = gold["sample_id"].iloc[0] if len(gold) else ""
    for variable in gold["variable"].drop_duplicates():
        own = gold.loc[gold["variable"] == variable].set_index("sentence_id")
        sheet[variable] = sheet["sentence_id"].map(own["value"])
        if variable == TARGETED:
            sheet["target"] = sheet["sentence_id"].map(own["target"])
    given = codes.loc[codes["value"] != ""]
    heard = disputed[["sentence_id", "variable"]].merge(given, on=["sentence_id", "variable"])
    sheet["codes"] = sheet["sentence_id"].map(_count_codes(heard)).fillna("")
    remarks = codes.loc[codes["comment"] != ""].drop_duplicates(["sentence_id", "coder"])
    joined = remarks.groupby("sentence_id")["comment"].agg(" | ".join).to_dict()
    sheet["comments"] = [joined.get(sentence_id, "") for sentence_id in sheet["sentence_id"]]
    return sheet.assign(coder="", comment="")


def _decide(codes: pd.DataFrame, *, majority: bool) -> pd.DataFrame:
    """Return what people's codes come to, a row a sentence and variable that somebody coded."""
    rows = []
    given = codes.loc[codes["value"] != ""]
    for (sentence_id, variable), own in given.groupby(["sentence_id", "variable"], sort=False):
        n = Counter(zip(own["value"], own["target"], strict=True))
        ((value, target), most), *others = n.most_common()
        if not others:
            decision = Decision.AGREED if most > 1 else Decision.SINGLE
        elif majority and 2 * most > len(own):
            decision = Decision.MAJORITY
        else:
            decision, value, target = Decision.OPEN, "", ""
        of_it = own.loc[(own["value"] == value) & (own["target"] == target), "coder"]
        said = "; ".join(
            f"{coder}: {_say(*code)}"
            for coder, *code in own[["coder", *_CODE]].itertuples(index=False)
        )
        rows.append((sentence_id, variable, value, target, "+".join(of_it), decision, said))
    names = ["sentence_id", "variable", *_CODE, "coder", "decision", "codes"]
    return pd.DataFrame(rows, columns=names)


def _overrule(found: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """Put what was settled in the place of what was open, or settled otherwise."""
    key = ["sentence_id", "variable"]
    own = decided.loc[decided["value"] != "", [*key, *_CODE, "coder"]]
    twice = own.duplicated(key)
    if twice.any():
        first = own.loc[twice].iloc[0]
        raise BingkaiError(
            f"{first['variable']} of {first['sentence_id']} was settled twice; keep one decision"
        )
    both = found.merge(own, on=key, how="outer", suffixes=("", "_settled"), sort=False)
    both[["value", "target", "coder", "codes"]] = both[
        ["value", "target", "coder", "codes"]
    ].fillna("")
    settled = both["value_settled"].notna()
    same = (both["value"] == both["value_settled"]) & (both["target"] == both["target_settled"])
    changed = settled & ~same
    for name in ("value", "target", "coder"):
        both[name] = both[name].mask(changed, both[f"{name}_settled"])
    both["decision"] = both["decision"].mask(changed, Decision.ADJUDICATED)
    return both[list(found.columns)]


def _count_codes(heard: pd.DataFrame) -> dict[str, str]:
    """Return what was said of every sentence, such as ``frame: threat x2, none x1``."""
    said: dict[str, list[str]] = {}
    for (sentence_id, variable), own in heard.groupby(["sentence_id", "variable"], sort=False):
        n = Counter(_say(*code) for code in zip(own["value"], own["target"], strict=True))
        codes = ", ".join(f"{code} x{n[code]}" for code in sorted(n, key=lambda c: (-n[c], c)))
        said.setdefault(str(sentence_id), []).append(f"{variable}: {codes}")
    return {sentence_id: "; ".join(parts) for sentence_id, parts in said.items()}


def _say(value: str, target: str) -> str:
    return f"{value} ({target})" if target else value


def _check_sample(sample: pd.DataFrame, codes: pd.DataFrame) -> None:
    drawn = sample.drop_duplicates("sentence_id").set_index("sentence_id")
    own_id = sample["sample_id"].iloc[0]
    other = ~codes["sample_id"].isin({"", own_id})
    if other.any():
        first = codes.loc[other].iloc[0]
        raise BingkaiError(
            f"{first['place']} is of the sample {first['sample_id']}, not of {own_id}; give the "
            "sample that the sheets were made with"
        )
    strange = ~codes["sentence_id"].isin(drawn.index)
    if strange.any():
        first = codes.loc[strange].iloc[0]
        raise BingkaiError(f"{first['place']}: {first['sentence_id']!r} is not in the sample")
    shown = codes.loc[codes["text"] != ""].drop_duplicates(["sentence_id", "text"])
    hashes = shown["sentence_id"].map(drawn["text_sha256"])
    changed = (hashes != "") & (shown["text"].map(hash_text) != hashes)
    if changed.any():
        first = shown.loc[changed].iloc[0]
        raise BingkaiError(
            f"{first['place']}: the text of {first['sentence_id']} was changed, or rows shifted"
        )
