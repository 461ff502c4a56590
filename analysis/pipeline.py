"""The whole way of a study, each step one function from tables to files in a results folder."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.accuracy_drawing import draw_accuracy
from analysis.comparison import compare_outlets
from analysis.corrected import correct_outlets
from analysis.counts import count_cells
from analysis.drawing import Drawn, draw_all
from analysis.evidence import EVIDENCE_COLUMNS, SHOWN_WORDS, pick_evidence
from analysis.manuscript import write_manuscript
from analysis.numbers import collect_numbers
from analysis.results import (
    amended_results,
    describe_environment,
    hash_inputs,
    new_results,
    read_provenance,
    write_provenance,
)
from analysis.settings import Settings
from analysis.study import Study
from framing.encoder import Encoder, Progress
from framing.errors import BingkaiError, BingkaiWarning
from framing.evaluation import Evaluation
from framing.explanation import explain_labels
from framing.inputs import Unit, to_sentences
from framing.labeling import Labels, label_sentences
from framing.model import Model, model_encoder, read_model
from framing.pages import MANIFEST, PAGE_ENDINGS
from framing.reading import read_corpus, read_outlets
from framing.scheme import Codebook, read_codebook
from framing.tables import read_table, write_table


class Step(StrEnum):
    """Where a run may end."""

    LABELS = "labels"
    ESTIMATES = "estimates"
    FIGURES = "figures"
    PAPER = "paper"


def run_study(
    study: Study, folder: Path, *, until: Step = Step.PAPER, progress: Progress | None = None
) -> None:
    """Run a study into a results folder, which appears whole or not at all.

    Parameters
    ----------
    study
        What to run.
    folder
        Where the results go.
    until
        The last step.
    progress
        Wraps the embeddings as they are made.

    Raises
    ------
    BingkaiError
        Anything in the study that the user can mend.
    """
    codebook = read_codebook(study.codebook)
    model = read_model(study.model, encoder=study.encoder)
    facts = _facts(codebook, model, study.statistics, seed=study.seed) | {
        "inputs": _hash_corpus(study.corpus) | (hash_inputs(study.gold) if study.gold else {}),
        "study": {
            "title": study.title,
            "authors": list(study.authors),
            "composed": study.composed,
            "language": study.language,
            "abstain": study.abstain,
        },
    }
    with new_results(folder) as work:
        encoder = model_encoder(model)
        result = _label(study, codebook, model, encoder, work, progress=progress)
        if until is not Step.LABELS:
            _compare(work, codebook, study.statistics, study.gold)
            _explain_evidence(work, result, model, codebook, encoder)
        if until in (Step.FIGURES, Step.PAPER):
            facts["figures"] = _draw(work, codebook, study.figures, study.language)
        if until is Step.PAPER:
            _write(work, codebook, facts, study)
        write_provenance(work, facts)


def compare_tables(
    labels: Path,
    sentences: Path,
    articles: Path,
    folder: Path,
    *,
    codebook: Codebook,
    settings: Settings,
    gold: Path | None = None,
) -> None:
    """Compare the outlets of labels on disk, into a new results folder.

    With `gold`, the codes of a random sample, the estimates are also corrected by it.
    """
    with new_results(folder) as work:
        for name, path in (("labels", labels), ("sentences", sentences), ("articles", articles)):
            write_table(read_table(path), work / f"{name}.csv")
        _compare(work, codebook, settings, gold)
        labelers = sorted(set(read_table(work / "labels.csv")["labeler"]))
        write_provenance(
            work,
            {
                "codebook": _describe_codebook(codebook),
                "model": {"labeler": ", ".join(labelers)},
                "settings": asdict(settings),
                "seed": settings.seed,
                "inputs": {
                    name: digest
                    for path in (labels, sentences, articles, gold)
                    if path is not None
                    for name, digest in hash_inputs(path).items()
                },
            },
        )


def draw_results(
    folder: Path, *, codebook: Codebook, figures: tuple[str, ...], language: str = "en"
) -> None:
    """Draw the figures of a results folder into its ``figures/``."""

    def draw(work: Path, facts: dict[str, Any]) -> None:
        facts["figures"] = _draw(work, codebook, figures, language)

    _amend(folder, codebook, draw)


def write_results(folder: Path, *, codebook: Codebook, study: Study) -> None:
    """Write the manuscript of a results folder into it."""

    def write(work: Path, facts: dict[str, Any]) -> None:
        facts.setdefault(
            "study",
            {"title": study.title, "authors": [], "composed": False, "language": "en"},
        )
        _write(work, codebook, facts, study)

    _amend(folder, codebook, write)


def write_evaluation(
    evaluation: Evaluation,
    folder: Path,
    *,
    codebook: Codebook,
    model: Model,
    gold: Path,
    seed: int,
    language: str = "en",
) -> None:
    """Write the tables and figures of an evaluation into a new results folder."""
    with new_results(folder) as work:
        for name, table in evaluation.tables().items():
            write_table(table, work / f"{name}.csv")
        drawn = draw_accuracy(evaluation, codebook, work / "figures", language=language)
        facts = {
            "codebook": _describe_codebook(codebook),
            "model": _describe_model(model),
            "inputs": hash_inputs(gold),
            "seed": seed,
            "figures": _report_undrawn(drawn),
        }
        write_provenance(work, facts)


def _amend(
    folder: Path, codebook: Codebook, change: Callable[[Path, dict[str, Any]], None]
) -> None:
    facts = read_provenance(folder)
    made_with = facts.get("codebook", {})
    if made_with.get("sha256") != codebook.sha256:
        raise BingkaiError(
            f"{folder}: made with the codebook {made_with.get('id')}, version "
            f"{made_with.get('version')}, and not with {codebook.id}, version {codebook.version}, "
            "as it is now; give the right one with --codebook"
        )
    with amended_results(folder) as work:
        change(work, facts)
        write_provenance(work, {key: value for key, value in facts.items() if key != "outputs"})


def _label(
    study: Study,
    codebook: Codebook,
    model: Model,
    encoder: Encoder,
    work: Path,
    *,
    progress: Progress | None,
) -> Labels:
    articles = read_corpus(study.corpus)
    sentences = to_sentences(articles, Unit.ARTICLE)
    result = label_sentences(
        sentences, model, codebook, encoder, abstain=study.abstain, progress=progress
    )
    write_table(articles, work / "articles.csv")
    write_table(read_outlets(study.corpus), work / "outlets.csv")
    write_table(result.sentences, work / "sentences.csv")
    write_table(result.labels, work / "labels.csv")
    write_table(result.distributions, work / "distributions.csv")
    return result


def _compare(work: Path, codebook: Codebook, settings: Settings, gold: Path | None) -> None:
    labels, sentences, articles = (
        read_table(work / f"{name}.csv") for name in ("labels", "sentences", "articles")
    )
    counts = count_cells(labels, sentences, articles)
    write_table(counts, work / "counts.csv")
    estimates = compare_outlets(counts, codebook, settings)
    if gold is not None:
        codes = read_table(gold)
        write_table(codes, work / "gold.csv")
        corrected = correct_outlets(
            codes, labels, sentences=sentences, articles=articles, codebook=codebook,
            settings=settings,
        )  # fmt: skip
        estimates = pd.concat([estimates, corrected], ignore_index=True)
    write_table(estimates, work / "estimates.csv")
    write_table(pick_evidence(labels, sentences, articles), work / "evidence.csv")


def _explain_evidence(
    work: Path, result: Labels, model: Model, codebook: Codebook, encoder: Encoder
) -> None:
    """Add to the example sentences the words that carry their frame."""
    evidence = read_table(work / "evidence.csv")
    shown = result.labels["sentence_id"].isin(evidence["sentence_id"])
    frames = replace(result, labels=result.labels[shown & (result.labels["variable"] == "frame")])
    reasons = explain_labels(frames, model, codebook, encoder)
    words = reasons[reasons["kind"] == "word"].groupby("sentence_id")["text"]
    carrying = words.agg(lambda part: ", ".join(part.head(SHOWN_WORDS)))
    explained = evidence.assign(words=evidence["sentence_id"].map(carrying).fillna(""))
    write_table(explained, work / "evidence.csv")


def _draw(work: Path, codebook: Codebook, figures: tuple[str, ...], language: str) -> list[str]:
    """Draw what the estimates can carry and return the names of the figures drawn."""
    estimates = read_table(work / "estimates.csv")
    return _report_undrawn(
        draw_all(estimates, codebook, work / "figures", figures, language=language)
    )


def _report_undrawn(drawn: Sequence[Drawn]) -> list[str]:
    """Warn of the figures that were not drawn and return the names of those that were."""
    for figure in drawn:
        if not figure.paths:
            message = f"figure {figure.name}: not drawn ({figure.reason})"
            warnings.warn(message, BingkaiWarning, stacklevel=2)
    return [figure.name for figure in drawn if figure.paths]


def _write(work: Path, codebook: Codebook, facts: dict[str, Any], study: Study) -> None:
    evidence = work / "evidence.csv"
    numbers = collect_numbers(
        read_table(work / "counts.csv"),
        read_table(work / "estimates.csv"),
        read_table(evidence) if evidence.is_file() else pd.DataFrame(columns=EVIDENCE_COLUMNS),
        describe_environment() | facts,
        codebook,
    )
    write_manuscript(
        numbers,
        work,
        template=study.template,
        bibliography=study.bibliography,
        formats=study.formats,
    )


def _hash_corpus(path: Path) -> dict[str, str]:
    """Return the hashes of what reading looks at: pages and the manifest."""
    return {
        name: digest
        for name, digest in hash_inputs(path).items()
        if path.is_file() or name == MANIFEST or Path(name).suffix.lower() in PAGE_ENDINGS
    }


def _describe_codebook(codebook: Codebook) -> dict[str, str]:
    return {
        "id": codebook.id,
        "version": codebook.version,
        "sha256": codebook.sha256,
        "title": codebook.title.en,
    }


def _describe_model(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "labeler": model.labeler,
        "sha256": model.sha256,
        "encoder": model.encoder,
        "n_training": model.n_training,
        "tuned": model.adapter is not None,
        "cv_macro_f1": {
            variable: round(head.cv_macro_f1, 4) for variable, head in model.heads.items()
        },
    }


def _facts(codebook: Codebook, model: Model, settings: Settings, *, seed: int) -> dict[str, Any]:
    return {
        "codebook": _describe_codebook(codebook),
        "model": _describe_model(model),
        "settings": asdict(settings),
        "seed": seed,
    }
