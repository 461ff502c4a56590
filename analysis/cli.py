"""The command ``bingkai``: the one place that knows both `framing` and `analysis`.

Modules that take long to import are imported by the command that needs them, so that help is quick
and Ctrl-C is met at any time.
"""

import argparse
import math
import signal
import sys
import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from analysis.arguments import Run, build_parser
from framing.errors import BingkaiError, BingkaiWarning

if TYPE_CHECKING:
    from framing.encoder import Vectors
    from framing.evaluation import Evaluation
    from framing.model import Model
    from framing.scheme import Codebook

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    if arguments is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # tidy up as for Ctrl-C
    try:
        options = build_parser(_COMMANDS).parse_args(arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", BingkaiWarning)
            warnings.showwarning = _show_warning
            run: Run = options.run
            run(options)
    except BingkaiError as error:
        print(f"bingkai: {_one_line(error)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("bingkai: interrupted; nothing was left half-written", file=sys.stderr)
        return INTERRUPTED
    return OK


def _show_warning(  # noqa: PLR0917 (the signature that warnings.showwarning has)
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    print(f"bingkai: warning: {_one_line(message)}", file=sys.stderr)


def _one_line(message: object) -> str:
    text = " ".join(str(message).split())
    return text.encode("utf-8", "backslashreplace").decode()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _distinct(*paths: Path | None) -> None:
    """Refuse to write two tables, or an input and an output, into one file."""
    named = [path.resolve() for path in paths if path is not None]
    for number, path in enumerate(named):
        if path in named[:number]:
            raise BingkaiError(f"{path.name}: one file for two tables; name another one with -o")


def _progress(vectors: "Iterable[Vectors]", total: int) -> "Iterable[Vectors]":
    """Show a bar on a terminal while sentences are embedded."""
    from tqdm import tqdm

    return tqdm(
        vectors, total=total, desc="embedding", unit=" sentences", disable=None, leave=False
    )


# ------------------------------------------------------------------------------- commands


def _read(options: argparse.Namespace) -> None:
    from framing.reading import read_corpus
    from framing.tables import write_table

    _distinct(options.corpus, options.output)
    articles = read_corpus(options.corpus)
    write_table(articles, options.output)
    _say(f"{options.output}: {len(articles)} articles")


def _split(options: argparse.Namespace) -> None:
    from framing.inputs import Unit, read_units, to_sentences
    from framing.tables import write_table

    _distinct(options.articles, options.output)
    articles, _ = read_units(options.articles, unit=Unit.ARTICLE)
    sentences = to_sentences(articles, Unit.ARTICLE)
    write_table(sentences, options.output)
    _say(f"{options.output}: {len(sentences)} sentences")


def _label(options: argparse.Namespace) -> None:
    from framing.coverage import describe_coverage
    from framing.explanation import explain_labels, read_training
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labeling import label_sentences, widen
    from framing.model import model_encoder, read_model
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    _distinct(options.input, options.output, options.sentences, options.articles, options.explain)
    codebook = read_codebook(options.codebook)
    model = read_model(options.model, encoder=options.encoder)
    units, unit = read_units(options.input, unit=Unit(options.unit) if options.unit else None)
    if options.articles and unit is not Unit.ARTICLE:
        raise BingkaiError(
            f"{options.input}: no articles in it, so --articles has nothing to write"
        )
    sentences = to_sentences(units, unit)
    encoder = model_encoder(model, threads=options.threads)
    result = label_sentences(
        sentences, model, codebook, encoder, abstain=options.abstain, progress=_progress
    )
    explanations = None
    if options.explain:
        training = read_table(options.training) if options.training else None
        if training is None:
            training = read_training(model, codebook)
        explanations = explain_labels(
            result, model, codebook, encoder, training=training, progress=_progress
        )
    table = widen(sentences, result) if options.wide else result.labels
    write_table(table, options.output)
    if options.sentences:
        write_table(result.sentences, options.sentences)
    if options.articles:
        write_table(units, options.articles)
    if explanations is not None:
        write_table(explanations, options.explain)
    _say(f"{options.output}: {len(sentences)} sentences labelled")
    if options.abstain:
        for line in describe_coverage(result.labels, sentences, units):
            _say(f"  {line}")


def _train(options: argparse.Namespace) -> None:
    from framing.encoder import load_encoder
    from framing.model import train_model
    from framing.scheme import read_codebook
    from framing.tables import read_table

    sentences = read_table(options.coded or options.sentences)
    codebook = read_codebook(options.codebook)
    if options.variable and (options.tune or options.distil):
        raise BingkaiError("--tune and --distil train every variable; leave --variable out")
    if options.distil:
        from framing.distillation import distil_model
        from framing.model import model_encoder, read_model

        teacher = read_model(options.distil)
        model = distil_model(
            teacher,
            sentences,
            codebook,
            model_encoder(teacher, threads=options.threads),
            name=options.name,
            seed=options.seed,
            report=_say,
        )
        _store(model, codebook, options.output, "on the tenth that was held out")
        return
    if options.tune:
        from framing.tuning import tune_model

        model = tune_model(sentences, codebook, name=options.name, seed=options.seed, report=_say)
        _store(model, codebook, options.output, "on the tenth that was held out")
        return
    model = train_model(
        sentences,
        codebook,
        load_encoder(threads=options.threads),
        name=options.name,
        variables=options.variable,
        seed=options.seed,
        progress=_progress,
    )
    _store(model, codebook, options.output, "out of fold on them")


def _store(model: "Model", codebook: "Codebook", output: Path, where: str) -> None:
    model.write(output)
    _say(f"{output}: trained on {model.n_training} sentences; {where}:")
    for variable, head in model.heads.items():
        unseen = [v for v in codebook.variable(variable).value_ids if v not in head.values]
        lacking = f"; no sentence of {', '.join(unseen)}" if unseen else ""
        _say(
            f"  {variable:<10} macro-F1 {head.cv_macro_f1:.3f} ({len(head.values)} values{lacking})"
        )


def _evaluate(options: argparse.Namespace) -> None:
    from framing.evaluation import evaluate_labels
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labeling import label_sentences
    from framing.model import model_encoder, read_model
    from framing.scheme import read_codebook
    from framing.tables import write_table

    _distinct(options.gold, options.output)
    codebook = read_codebook(options.codebook)
    gold, unit = read_units(options.gold, unit=Unit.ROW)
    gold = to_sentences(gold.drop(columns="sentence_id", errors="ignore"), unit)
    model = read_model(options.model, encoder=options.encoder)
    encoder = model_encoder(model, threads=options.threads)
    texts = gold[["sentence_id", "text"]]
    result = label_sentences(
        texts, model, codebook, encoder, abstain=options.abstain, progress=_progress
    )
    evaluation = evaluate_labels(gold, result.labels, codebook, seed=options.seed)
    if options.output and options.output.suffix[1:].isalpha():  # a file, as its name says
        write_table(evaluation.scores, options.output)
        _say(f"{options.output}: scores on {len(gold)} sentences")
    elif options.output:
        from analysis.pipeline import write_evaluation

        write_evaluation(
            evaluation,
            options.output,
            codebook=codebook,
            model=model,
            gold=options.gold,
            seed=options.seed,
            language=options.language,
        )
        _say(f"{options.output}: scores, confusions and calibration on {len(gold)} sentences")
    _say_accuracy(evaluation)


def _say_accuracy(evaluation: "Evaluation") -> None:
    from framing.evaluation import MACRO

    macro = evaluation.scores.loc[evaluation.scores["value"] == MACRO]
    errors = evaluation.calibration_error.to_dict(orient="records")
    for score, error in zip(macro.to_dict(orient="records"), errors, strict=True):
        parts = [f"macro-F1 {_say_interval(score, 'f1')}", f"ECE {_say_interval(error, 'ece')}"]
        parts.append(f"{score['n_gold']} sentences")
        if score["coverage"] < 1:
            parts.append(f"{score['coverage']:.1%} of them labelled")
        _say(f"  {score['variable']:<10} {', '.join(parts)}")


def _say_interval(row: Mapping[Hashable, Any], name: str) -> str:
    if math.isnan(row[name]):
        return "unknown"
    return f"{row[name]:.3f} ({row['conf_low']:.3f} to {row['conf_high']:.3f})"


def _compare(options: argparse.Namespace) -> None:
    from analysis.pipeline import compare_tables
    from analysis.settings import Settings
    from framing.scheme import read_codebook

    compare_tables(
        options.labels,
        options.sentences,
        options.articles,
        options.output,
        codebook=read_codebook(options.codebook),
        settings=Settings(seed=options.seed),
    )
    _say(f"{options.output}: counts.csv, estimates.csv, evidence.csv")


def _draw(options: argparse.Namespace) -> None:
    from analysis.drawing import FIGURES
    from analysis.pipeline import draw_results
    from framing.scheme import read_codebook

    draw_results(
        options.results,
        codebook=read_codebook(options.codebook),
        figures=tuple(options.figure or FIGURES),
        language=options.language,
    )
    _say(f"{options.results / 'figures'}: drawn as PDF, SVG and PNG")


def _write(options: argparse.Namespace) -> None:
    from analysis.pipeline import write_results
    from analysis.study import Study
    from framing.scheme import read_codebook

    study = Study(
        title=options.title,
        corpus=options.results,
        template=options.template,
        bibliography=options.bibliography,
    )
    write_results(options.results, codebook=read_codebook(options.codebook), study=study)
    _say(f"{options.results / 'paper.pdf'} (and .docx, .tex)")


def _run(options: argparse.Namespace) -> None:
    from analysis.pipeline import Step, run_study
    from analysis.study import read_study

    step = Step(options.until)
    run_study(read_study(options.study), options.output, until=step, progress=_progress)
    shown = {
        Step.LABELS: "labels.csv",
        Step.ESTIMATES: "estimates.csv",
        Step.FIGURES: "figures",
        Step.PAPER: "paper.pdf",
    }
    _say(str(options.output / shown[step]))


def _verify(options: argparse.Namespace) -> None:
    from analysis.results import differing_files, read_provenance

    for folder in (options.first, options.second):
        read_provenance(folder)
    reports = differing_files(options.first, options.second)
    if reports:
        raise BingkaiError("not the same: " + "; ".join(reports))
    n_files = len(read_provenance(options.first)["outputs"])
    _say(f"{options.first} and {options.second}: {n_files} outputs, all alike to the byte")


_COMMANDS = {
    "read": _read,
    "split": _split,
    "label": _label,
    "train": _train,
    "evaluate": _evaluate,
    "compare": _compare,
    "draw": _draw,
    "write": _write,
    "run": _run,
    "verify": _verify,
}


if __name__ == "__main__":
    sys.exit(main())
