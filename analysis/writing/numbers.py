"""Every number of the manuscript, collected from the results tables into one nested dict.

The manuscript reads nothing else. A number that the data cannot carry is ``None`` here, with the
reason beside it, so that a template has to say so. All values are plain JSON.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from analysis.statistics.counts import check_counts, keep_copies
from analysis.statistics.estimates import parse_estimates
from analysis.statistics.evidence import LEAST_PROB, parse_probs
from analysis.statistics.multiplicity import PROSE
from analysis.statistics.settings import Adjust, Copies, Settings
from analysis.writing.choices import describe_robustness
from analysis.writing.corrections import describe_corrections, leave_naive
from analysis.writing.findings import describe_copies, describe_parts, describe_time, describe_words
from analysis.writing.readings import FEW, OWN_VOICE, Readings, Record, divide
from framing import __version__
from framing.schema import VARIABLES
from framing.scheme import Codebook
from framing.speakers.sources import OTHER


def collect_numbers(
    counts: pd.DataFrame,
    estimates: pd.DataFrame,
    evidence: pd.DataFrame,
    provenance: Mapping[str, Any],
    codebook: Codebook,
    *,
    words: pd.DataFrame | None = None,
    word_examples: pd.DataFrame | None = None,
) -> Record:
    """Collect what a manuscript may cite.

    Parameters
    ----------
    counts, estimates
        Tables as in `framing.schema.COLUMNS`, typed or as read from .csv.
    evidence
        Example sentences: frame, outlet, article_id, sentence_id, text, prob, source. May be empty.
    provenance
        The facts of ``provenance.json``: study, settings, seed, model, inputs, bingkai, python,
        packages, and figures (the names of those that were drawn). What is missing is None.
    codebook
        Gives the names, in the language of the study, and the order of values.
    words, word_examples
        Tables of those names, if there are any.

    Returns
    -------
    dict
        Nested dicts and lists of texts, numbers, booleans and None, the same on every run.

    Raises
    ------
    BingkaiError
        A table lacks a column or holds a value that is not in the codebook.
    """
    counts = check_counts(counts, codebook)
    study = dict(provenance.get("study", {}))
    language = study.setdefault("language", "en")
    study.setdefault("title", codebook.title.in_language(language))
    study.setdefault("authors", [])
    study.setdefault("composed", False)
    study.setdefault("abstain", 0.0)
    settings = asdict(Settings()) | dict(provenance.get("settings", {}))
    everything = Readings(parse_estimates(estimates), codebook, language, settings)
    readings = leave_naive(everything)
    corpus = _describe_corpus(counts, codebook, language)
    compared = keep_copies(counts, Copies(settings["copies"]))
    outlets = [outlet["name"] for outlet in corpus["outlets"]]
    variables = {
        name: readings.describe_variable(name, outlets)
        for name in VARIABLES
        if (readings.estimates["variable"] == name).any()
    }
    return {
        "study": study,
        "figures": provenance.get("figures"),
        "corpus": corpus,
        "codebook": _describe_codebook(codebook, language),
        "model": _describe_model(provenance.get("model", {}), codebook, language),
        "settings": {
            **settings,
            "alpha": round(1 - settings["conf_level"], 12),
            "adjusted_by": PROSE[Adjust(settings["adjust"])],
            "all_pairs": not settings["contrasts"],
            "few": FEW,
            "least_prob": LEAST_PROB,
            "seed": provenance.get("seed", settings["seed"]),
        },
        "variables": variables,
        "corrections": describe_corrections(everything, outlets),
        "voice": readings.describe_voice(),
        "parts": describe_parts(readings, variables.get("frame")),
        "copying": describe_copies(readings, outlets),
        "words": describe_words(words, word_examples, readings),
        "time": describe_time(readings),
        "stance": readings.describe_stance(compared),
        "robustness": describe_robustness(everything.estimates, codebook, language),
        "sources": _describe_sources(compared, codebook, language),
        "evidence": _choose_evidence(evidence, codebook, language),
        "software": {
            "bingkai": provenance.get("bingkai", __version__),
            "python": provenance.get("python"),
            "packages": dict(provenance.get("packages", {})),
        },
        "inputs": _describe_inputs(provenance.get("inputs", {})),
    }


def _describe_corpus(counts: pd.DataFrame, codebook: Codebook, language: str) -> Record:
    outlets = [
        {"name": outlet, **_describe_articles(rows)}
        for outlet, rows in counts.groupby("outlet", sort=True)
    ]
    single = [outlet["name"] for outlet in outlets if outlet["n_articles"] == 1]
    return {
        **_describe_articles(counts),
        "n_outlets": len(outlets),
        "outlets": outlets,
        "single": single,
        "n_comparable": len(outlets) - len(single),
        "labelled": _describe_labelled(counts, codebook, language),
    }


def _describe_labelled(counts: pd.DataFrame, codebook: Codebook, language: str) -> list[Record]:
    """How many sentences have a label, for every variable that any sentence has one for."""
    n_there = _count_by_outlet(counts)
    n_sentences = sum(n_there.values())
    described: list[Record] = []
    for name in VARIABLES:
        n_by_outlet = _count_by_outlet(counts[counts[name] != ""])
        n_labelled = sum(n_by_outlet.values())
        if not n_labelled:
            continue
        described.append(
            {
                "variable": name,
                "name": codebook.variable(name).name.in_language(language),
                "n_sentences": n_labelled,
                "complete": n_labelled == n_sentences,
                "coverage": divide(n_labelled, n_sentences),
                "outlets": [
                    {"name": outlet, "coverage": divide(n_by_outlet.get(outlet, 0), n)}
                    for outlet, n in n_there.items()
                ],
            }
        )
    return described


def _count_by_outlet(counts: pd.DataFrame) -> dict[str, int]:
    totals = counts.groupby("outlet", sort=True)["n_sentences"].sum()
    return {str(outlet): int(n) for outlet, n in totals.items()}


def _describe_articles(counts: pd.DataFrame) -> Record:
    days = counts.drop_duplicates("article_id")["published"].str.slice(0, 10)
    dated = sorted(days[days != ""])
    n_sentences = int(counts["n_sentences"].sum())
    n_copied = int(counts.loc[counts["copied"], "n_sentences"].sum())
    return {
        "n_articles": len(days),
        "n_sentences": n_sentences,
        "first_day": dated[0] if dated else None,
        "last_day": dated[-1] if dated else None,
        "n_undated": len(days) - len(dated),
        "n_copied": n_copied,
        "copied_share": divide(n_copied, n_sentences),
    }


def _describe_codebook(codebook: Codebook, language: str) -> Record:
    return {
        "id": codebook.id,
        "version": codebook.version,
        "title": codebook.title.in_language(language),
        "sha256": codebook.sha256,
        "n_actors": len(codebook.actors),
        "variables": {
            variable.id: {
                "name": variable.name.in_language(language),
                "definition": variable.definition.en,  # the prose is English
                "values": [
                    {
                        "id": value.id,
                        "name": value.name.in_language(language),
                        "definition": value.definition.en,
                    }
                    for value in variable.values
                ],
            }
            for variable in codebook.variables
        },
    }


def _describe_model(model: Mapping[str, Any], codebook: Codebook, language: str) -> Record:
    names = {variable.id: variable.name.in_language(language) for variable in codebook.variables}
    scores = model.get("cv_macro_f1", {})
    return {
        **{key: model.get(key) for key in ("name", "labeler", "sha256", "encoder", "n_training")},
        "tuned": bool(model.get("tuned")),
        **_read_encoder(str(model.get("encoder") or "")),
        "scores": [
            {"variable": variable, "name": name, "macro_f1": float(scores[variable])}
            for variable, name in names.items()
            if variable in scores
        ],
    }


def _read_encoder(encoder: str) -> Record:
    """Return the published name behind an encoder's exact one, and the bits of its weights."""
    size = re.match(r"e5-(small|base|large)\b", encoder)
    bits = re.search(r"-int(\d+)\b", encoder)
    return {
        "encoder_name": f"multilingual-e5-{size[1]}" if size else None,
        "encoder_bits": int(bits[1]) if bits else None,
    }


def _describe_sources(counts: pd.DataFrame, codebook: Codebook, language: str) -> Record | None:
    """Sentences that are spoken by somebody else than the outlet, by the speaker's group.

    The shares are of the speakers placed in a named group; the rest is only counted.
    """
    spoken = counts.loc[~counts["voice"].isin(["", OWN_VOICE]) & (counts["source_group"] != "")]
    unplaced = spoken["source_group"] == OTHER
    spoken, n_unplaced = spoken.loc[~unplaced], int(spoken.loc[unplaced, "n_sentences"].sum())
    total = int(spoken["n_sentences"].sum())
    by_group = spoken.groupby("source_group")["n_sentences"].sum()
    described: list[Record] = [
        {
            "group": group.id,
            "name": group.name.in_language(language),
            "n_sentences": int(by_group[group.id]),
            "share": divide(int(by_group[group.id]), total),
        }
        for group in codebook.source_groups
        if group.id in by_group.index
    ]
    described.sort(key=lambda record: (-record["n_sentences"], record["group"]))
    if not total + n_unplaced:
        return None
    return {"groups": described, "n_placed": total, "n_unplaced": n_unplaced}


def _choose_evidence(evidence: pd.DataFrame, codebook: Codebook, language: str) -> list[Record]:
    """Choose the likeliest sentence of every frame, in the order of the codebook."""
    likely = evidence.assign(prob=parse_probs(evidence, "evidence"))
    ranked = likely.loc[likely["prob"] >= LEAST_PROB].sort_values(
        ["prob", "sentence_id"], ascending=[False, True], kind="stable"
    )
    likeliest = {str(row["frame"]): row for _, row in ranked[::-1].iterrows()}
    frames = [
        value
        for variable in codebook.variables
        if variable.id == "frame"
        for value in variable.values
        if value.id in likeliest
    ]
    return [
        {
            "frame": value.id,
            "name": value.name.in_language(language),
            "outlet": str(likeliest[value.id]["outlet"]),
            "text": str(likeliest[value.id]["text"]),
            "prob": float(likeliest[value.id]["prob"]),
            "source": str(likeliest[value.id]["source"] or ""),
            "words": str(likeliest[value.id].get("words", "")),
        }
        for value in frames
    ]


def _describe_inputs(inputs: Mapping[str, Any]) -> Record | None:
    """How many files went in, and one hash over their names and hashes."""
    if not inputs:
        return None
    listing = json.dumps(inputs, sort_keys=True, ensure_ascii=True)
    return {"n_files": len(inputs), "sha256": hashlib.sha256(listing.encode()).hexdigest()}
