"""The columns of every table that bingkai writes and reads.

Columns may be added to a table, never renamed: files outlive versions.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from framing.errors import BingkaiError

VARIABLES: tuple[str, ...] = ("frame", "stance", "sentiment", "voice")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "articles": (
            "article_id", "outlet", "published", "published_source", "title", "author",
            "agency", "url", "language", "text", "text_sha256",
        ),
        "outlets": ("outlet", "country", "type"),
        "sentences": (
            "sentence_id", "article_id", "unit", "position", "start", "end", "text",
            "text_sha256", "source", "source_group", "copy_of",
        ),
        "labels": ("sentence_id", "variable", "labeler", "value", "prob", "target"),
        "gold": (
            "sample_id", "sentence_id", "text_sha256", "variable", "coder", "value", "target",
            "design", "stratum", "inclusion_prob",
        ),
        "counts": (
            "article_id", "outlet", "published", "frame", "stance", "target", "sentiment",
            "voice", "source_group", "copied", "n_sentences", "story",
        ),
        "copies": (
            "cluster", "sentence_id", "copy_of", "article_id", "outlet", "published", "agency",
            "kind", "overlap",
        ),
        "estimates": (
            "estimand", "variable", "value", "outlet", "contrast", "by", "level", "method",
            "weight", "copies", "spec", "estimate", "std_error", "df", "conf_low", "conf_high",
            "conf_level", "p_value", "p_adjusted", "family", "n_sentences", "n_articles",
            "n_gold", "n_gold_effective", "reason",
        ),
        "words": (
            "outlet", "frame", "copies", "rank", "word", "log_odds", "std_error", "z",
            "z_articles", "n_uses", "n_uses_elsewhere", "n_articles",
        ),
        "word_examples": (
            "outlet", "frame", "copies", "word", "rank", "sentence_id", "article_id", "text",
        ),
        "scores": (
            "variable", "value", "precision", "precision_low", "precision_high", "recall",
            "recall_low", "recall_high", "f1", "conf_low", "conf_high", "coverage", "n_gold",
            "n_labels",
        ),
        "score_differences": (
            "variable", "labeler", "other", "macro_f1", "other_macro_f1", "estimate", "conf_low",
            "conf_high", "conf_level", "method", "n_sentences", "n_clusters", "reason",
        ),
        "learning": (
            "variable", "n_sentences", "macro_f1", "gain", "conf_low", "conf_high", "conf_level",
            "n_test", "method", "reason",
        ),
        "confusion": ("variable", "gold", "label", "n_sentences"),
        "coder_confusion": (
            "variable", "coder", "other", "value", "other_value", "n_sentences",
        ),
        "disputes": (
            "sentence_id", "variable", "disagreement", "n_coders", "codes", "text",
        ),
        "calibration": (
            "variable", "bin", "n_sentences", "mean_prob", "accuracy", "conf_low", "conf_high",
        ),
        "calibration_error": (
            "variable", "ece", "conf_low", "conf_high", "ece_plain", "n_bins", "n_sentences",
        ),
    }
)  # fmt: skip


def require_columns(table: pd.DataFrame, kind: str, *, where: str = "") -> pd.DataFrame:
    """Return `table` if it has every column of its `kind`, else say which are missing.

    Parameters
    ----------
    table
        Any table.
    kind
        A key of `COLUMNS`.
    where
        The file that the table came from, for the message.

    Raises
    ------
    BingkaiError
        A column is missing.
    """
    missing = [name for name in COLUMNS[kind] if name not in table.columns]
    if missing:
        place = f"{where}: " if where else ""
        raise BingkaiError(
            f"{place}the {kind} table lacks the column(s) {', '.join(missing)}; "
            f"it needs {', '.join(COLUMNS[kind])}"
        )
    return table
