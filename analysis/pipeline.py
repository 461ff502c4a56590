"""The whole way of a study, each step one function from tables to files in a results folder."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.correction.corrected import correct_outlets
from analysis.facts import describe_codebook, describe_model, describe_run, hash_corpus
from analysis.figures.accuracy_drawing import draw_accuracy
from analysis.figures.curve_data import prepare_curve
from analysis.figures.curve_drawing import draw_curve
from analysis.figures.gallery import Drawn, draw_all, write_figures
from analysis.figures.selection import Undrawable
from analysis.results import (
    amended_results,
    describe_environment,
    hash_inputs,
    new_results,
    read_provenance,
    write_provenance,
)
from analysis.robustness.choices import Tables, cross_choices, vary_contrast
from analysis.robustness.shuffling import shuffle_curve
from analysis.robustness.specifications import read_specifications
from analysis.statistics.comparison import compare_outlets
from analysis.statistics.copying import compare_copies
from analysis.statistics.counts import count_cells
from analysis.statistics.estimates import tabulate
from analysis.statistics.evidence import EVIDENCE_COLUMNS, SHOWN_WORDS, pick_evidence
from analysis.statistics.models import model_outlets
from analysis.statistics.settings import Settings
from analysis.statistics.words import compare_words
from analysis.study import Study
from analysis.writing.manuscript import write_manuscript
from analysis.writing.numbers import collect_numbers
from framing.copies import trace_copies
from framing.encoders.encoder import DEFAULT_ENCODER, Encoder, Progress
from framing.errors import BingkaiError, BingkaiWarning
from framing.evaluation import Evaluation
from framing.explanation import explain_labels
from framing.inputs import Unit, to_sentences
from framing.labelers import find_labeler
from framing.labeling import Labels, label_sentences
from framing.model import Model
from framing.news.reading import read_corpus, read_outlets
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
    labeler = find_labeler(
        study.model,
        encoder=study.locate(study.encoder),
        codebook=codebook,
        progress=progress,
    )
    model, encoder = labeler.model, labeler.encoder
    facts = describe_run(codebook, model, study.statistics, seed=study.seed) | {
        "inputs": hash_corpus(study.corpus) | (hash_inputs(study.gold) if study.gold else {}),
        "study": {
            "title": study.title,
            "authors": list(study.authors),
            "composed": study.composed,
            "language": study.language,
            "abstain": study.abstain,
        },
    }
    if study.contrast:
        facts["robustness"] = asdict(study.contrast)
    with new_results(folder) as work:
        result = _label(study, codebook, model, encoder, work, progress=progress)
        if until is not Step.LABELS:
            varied = _vary(study, codebook, work, result, progress=progress)
            _compare(work, codebook, study.statistics, study.gold, varied=varied)
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
                "codebook": describe_codebook(codebook),
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
            "codebook": describe_codebook(codebook),
            "model": describe_model(model),
            "inputs": hash_inputs(gold),
            "seed": seed,
            "figures": report_undrawn(drawn),
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


def _vary(
    study: Study, codebook: Codebook, work: Path, labelled: Labels, *, progress: Progress | None
) -> pd.DataFrame:
    """Return the main contrast under every specification; no rows if the study asks for none."""
    if study.contrast is None or study.choices is None:
        return tabulate([])
    sentences, articles = (read_table(work / f"{name}.csv") for name in ("sentences", "articles"))
    gold = read_table(study.gold) if study.gold else None
    tables = {}
    for name in study.choices.encoder:
        own = name == (study.encoder or DEFAULT_ENCODER)
        if own and not study.abstain:  # no label was left empty, so these are all
            tables[name] = Tables(labelled.labels, sentences, articles, gold)
            continue
        labeler = find_labeler(
            study.model if own else None,
            encoder=study.locate(study.encoder if own else name),
            codebook=codebook,
            progress=progress,
        )
        result = label_sentences(
            sentences, labeler.model, codebook, labeler.encoder, progress=progress
        )
        tables[name] = Tables(result.labels, sentences, articles, gold)
    specifications = cross_choices(study.choices)
    asked = (study.contrast, specifications, tables, codebook, study.statistics)
    varied = vary_contrast(*asked)
    return pd.concat([varied, tabulate([shuffle_curve(*asked)])], ignore_index=True)


def _compare(
    work: Path,
    codebook: Codebook,
    settings: Settings,
    gold: Path | None,
    *,
    varied: pd.DataFrame | None = None,
) -> None:
    labels, sentences, articles = (
        read_table(work / f"{name}.csv") for name in ("labels", "sentences", "articles")
    )
    counts = count_cells(labels, sentences, articles)
    write_table(counts, work / "counts.csv")
    tables = [
        compare_outlets(counts, codebook, settings),
        compare_copies(sentences, articles, settings),
        model_outlets(labels, sentences, articles, codebook, settings),
    ]
    if gold is not None:
        codes = read_table(gold)
        write_table(codes, work / "gold.csv")
        corrected = correct_outlets(
            codes, labels, sentences=sentences, articles=articles, codebook=codebook,
            settings=settings,
        )  # fmt: skip
        tables.append(corrected)
    if varied is not None:
        tables.append(varied)
    write_table(pd.concat(tables, ignore_index=True), work / "estimates.csv")
    write_table(trace_copies(sentences, articles), work / "copies.csv")
    words, examples = compare_words(labels, sentences, articles, settings)
    write_table(words, work / "words.csv")
    write_table(examples, work / "word_examples.csv")
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
    estimates, words = read_table(work / "estimates.csv"), work / "words.csv"
    drawn = draw_all(
        estimates,
        codebook,
        work / "figures",
        figures,
        language=language,
        words=read_table(words) if words.is_file() else None,
    )
    if len(read_specifications(estimates)):
        drawn += write_figures(
            {"specifications": _try_curve(estimates, codebook, language)}, work / "figures"
        )
    return report_undrawn(drawn)


def _try_curve(estimates: pd.DataFrame, codebook: Codebook, language: str) -> Figure | str:
    try:
        return draw_curve(prepare_curve(estimates, codebook, language=language))
    except Undrawable as error:
        return str(error)


def report_undrawn(drawn: Sequence[Drawn]) -> list[str]:
    """Warn of the figures that were not drawn and return the names of those that were."""
    for figure in drawn:
        if not figure.paths:
            message = f"figure {figure.name}: not drawn ({figure.reason})"
            warnings.warn(message, BingkaiWarning, stacklevel=2)
    return [figure.name for figure in drawn if figure.paths]


def _write(work: Path, codebook: Codebook, facts: dict[str, Any], study: Study) -> None:
    tables = {
        name: read_table(work / f"{name}.csv") if (work / f"{name}.csv").is_file() else None
        for name in ("evidence", "words", "word_examples")
    }
    evidence = tables.pop("evidence")
    numbers = collect_numbers(
        read_table(work / "counts.csv"),
        read_table(work / "estimates.csv"),
        pd.DataFrame(columns=EVIDENCE_COLUMNS) if evidence is None else evidence,
        describe_environment() | facts,
        codebook,
        **tables,
    )
    write_manuscript(
        numbers,
        work,
        template=study.template,
        bibliography=study.bibliography,
        formats=study.formats,
    )
