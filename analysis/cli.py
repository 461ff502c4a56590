"""The command ``bingkai``: the one place that knows both `framing` and `analysis`.

Modules that take long to import are imported by the command that needs them, so that help is quick
and Ctrl-C is met at any time.
"""

import argparse
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from framing import __version__
from framing.errors import BingkaiError, BingkaiWarning

if TYPE_CHECKING:
    from framing.encoder import Vectors
    from framing.model import Model

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130
_Command = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]
_TABLE = "a table: .csv, .jsonl or .parquet"


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        raise BingkaiError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    if arguments is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # tidy up as for Ctrl-C
    try:
        options = _parser().parse_args(arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", BingkaiWarning)
            warnings.showwarning = _show_warning
            run: Callable[[argparse.Namespace], None] = options.run
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
    from framing.encoder import load_encoder
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labeling import label_sentences, widen
    from framing.model import read_model
    from framing.scheme import read_codebook
    from framing.tables import write_table

    _distinct(options.input, options.output, options.sentences, options.articles)
    codebook = read_codebook(options.codebook)
    model = read_model(options.model)
    units, unit = read_units(options.input, unit=Unit(options.unit) if options.unit else None)
    if options.articles and unit is not Unit.ARTICLE:
        raise BingkaiError(
            f"{options.input}: no articles in it, so --articles has nothing to write"
        )
    sentences = to_sentences(units, unit)
    encoder = load_encoder(options.encoder, threads=options.threads, adapter=model.adapter)
    result = label_sentences(sentences, model, codebook, encoder, progress=_progress)
    table = widen(sentences, result) if options.wide else result.labels
    write_table(table, options.output)
    if options.sentences:
        write_table(result.sentences, options.sentences)
    if options.articles:
        write_table(units, options.articles)
    _say(f"{options.output}: {len(sentences)} sentences labelled")


def _train(options: argparse.Namespace) -> None:
    from framing.encoder import load_encoder
    from framing.model import train_model
    from framing.scheme import read_codebook
    from framing.tables import read_table

    sentences = read_table(options.sentences)
    codebook = read_codebook(options.codebook)
    if options.tune:
        from framing.tuning import tune_model

        model = tune_model(sentences, codebook, name=options.name, seed=options.seed, report=_say)
        _store(model, options.output, "on the tenth that was held out")
        return
    model = train_model(
        sentences,
        codebook,
        load_encoder(options.encoder, threads=options.threads),
        name=options.name,
        variables=options.variable,
        seed=options.seed,
        progress=_progress,
    )
    _store(model, options.output, "out of fold on them")


def _store(model: "Model", output: Path, where: str) -> None:
    model.write(output)
    _say(f"{output}: trained on {model.n_training} sentences; {where}:")
    for variable, head in model.heads.items():
        _say(f"  {variable:<10} macro-F1 {head.cv_macro_f1:.3f} ({len(head.values)} values)")


def _evaluate(options: argparse.Namespace) -> None:
    from framing.encoder import load_encoder
    from framing.evaluation import MACRO, evaluate_labels
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labeling import label_sentences
    from framing.model import read_model
    from framing.scheme import read_codebook
    from framing.tables import write_table

    codebook = read_codebook(options.codebook)
    gold, unit = read_units(options.gold, unit=Unit.ROW)
    sentences = to_sentences(gold.drop(columns="sentence_id", errors="ignore"), unit)
    model = read_model(options.model)
    encoder = load_encoder(options.encoder, threads=options.threads, adapter=model.adapter)
    texts = sentences[["sentence_id", "text"]]
    result = label_sentences(texts, model, codebook, encoder, progress=_progress)
    labels = result.labels.pivot(index="sentence_id", columns="variable", values="value")
    scores = evaluate_labels(
        gold, labels.loc[sentences["sentence_id"]], codebook, seed=options.seed
    )
    if options.output:
        write_table(scores, options.output)
        _say(f"{options.output}: scores on {len(gold)} sentences")
    for row in scores[scores["value"] == MACRO].itertuples():
        _say(
            f"  {row.variable:<10} macro-F1 {row.f1:.3f} "
            f"({row.conf_low:.3f} to {row.conf_high:.3f}), {row.n_gold} sentences"
        )


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


# --------------------------------------------------------------------------------- parser


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bingkai",
        description="Media framing, stance and sentiment in Indonesian news.",
    )
    parser.add_argument("--version", action="version", version=f"bingkai {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True, parser_class=_Parser
    )

    def command(
        name: str, run: Callable[[argparse.Namespace], None], text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    _add_framing(command)
    _add_analysis(command)
    return parser


def _add_framing(command: _Command) -> None:
    read = command("read", _read, "read a folder of pages, or a table, into articles")
    read.add_argument("corpus", type=Path, help="a folder of .txt and .html, or " + _TABLE)
    _output(read, "articles.csv")

    split = command("split", _split, "split articles into sentences")
    split.add_argument("articles", type=Path, help="articles, " + _TABLE)
    _output(split, "sentences.csv")

    label = command("label", _label, "label every sentence")
    label.add_argument("input", type=Path, help="a folder of pages, or " + _TABLE)
    _output(label, "labels.csv")
    label.add_argument("--wide", action="store_true", help="one row a text, a column a variable")
    label.add_argument("--unit", choices=["article", "sentence", "row"], help="what a row is")
    label.add_argument("--sentences", type=Path, help="write the sentences here, too")
    label.add_argument("--articles", type=Path, help="write the articles here, too")
    _labeling(label)

    train = command("train", _train, "train a model on coded sentences")
    train.add_argument("sentences", type=Path, help="columns text and one a variable, " + _TABLE)
    _output(train, "model", what="FOLDER")
    train.add_argument("--name", default="model", help="the model's name (default: model)")
    train.add_argument("--variable", action="append", help="train only this one (repeatable)")
    train.add_argument("--tune", action="store_true", help="tune the encoder, too (needs torch)")
    train.add_argument("--seed", type=int, default=0, help="for the folds (default: 0)")
    _labeling(train, model=False)

    evaluate = command("evaluate", _evaluate, "measure labels against human codes")
    evaluate.add_argument("gold", type=Path, help="columns text and one a variable, " + _TABLE)
    evaluate.add_argument("-o", "--output", type=Path, help="write the scores here, too")
    evaluate.add_argument("--seed", type=int, default=0, help="for the bootstrap (default: 0)")
    _labeling(evaluate)


def _add_analysis(command: _Command) -> None:
    compare = command("compare", _compare, "compare the outlets of labelled sentences")
    compare.add_argument("labels", type=Path, help="labels, " + _TABLE)
    compare.add_argument("--sentences", type=Path, required=True, help="sentences, " + _TABLE)
    compare.add_argument("--articles", type=Path, required=True, help="articles, " + _TABLE)
    _output(compare, "results", what="FOLDER")
    compare.add_argument("--seed", type=int, default=0, help="for the resampling (default: 0)")
    _codebook(compare)

    draw = command("draw", _draw, "draw the figures of a results folder")
    draw.add_argument("results", type=Path, help="a folder made by compare or run")
    draw.add_argument("--figure", action="append", help="draw only this one (repeatable)")
    draw.add_argument("--language", choices=["en", "id"], default="en", help="of the labels")
    _codebook(draw)

    write = command("write", _write, "write the manuscript of a results folder")
    write.add_argument("results", type=Path, help="a folder with figures, made by draw or run")
    write.add_argument("--template", type=Path, help="Markdown with Jinja (default: the report)")
    write.add_argument("--bibliography", type=Path, help="a .bib file")
    write.add_argument("--title", default="Framing by outlet", help="of the paper")
    _codebook(write)

    run = command("run", _run, "run a whole study: read, split, label, compare, draw, write")
    run.add_argument("study", type=Path, help="a study.toml")
    _output(run, "results", what="FOLDER")
    run.add_argument(
        "--until",
        choices=["labels", "estimates", "figures", "paper"],
        default="paper",
        help="the last step (default: paper)",
    )

    verify = command("verify", _verify, "tell whether two results folders are alike to the byte")
    verify.add_argument("first", type=Path)
    verify.add_argument("second", type=Path)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1024")
    return int(text)


def _distinct(*paths: Path | None) -> None:
    """Refuse to write two tables, or an input and an output, into one file."""
    named = [path.resolve() for path in paths if path is not None]
    for number, path in enumerate(named):
        if path in named[:number]:
            raise BingkaiError(f"{path.name}: one file for two tables; name another one with -o")


def _output(parser: argparse.ArgumentParser, example: str, *, what: str = "FILE") -> None:
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar=what, help=f"such as {example}"
    )


def _codebook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--codebook", type=Path, help="a codebook .toml (default: the shipped one)")


def _labeling(parser: argparse.ArgumentParser, *, model: bool = True) -> None:
    _codebook(parser)
    if model:
        parser.add_argument("--model", type=Path, help="a model folder (default: the shipped one)")
    parser.add_argument("--encoder", default="e5-small", help="default: e5-small")
    parser.add_argument(
        "--threads", type=_positive, help="callers at once (default: all processors)"
    )


if __name__ == "__main__":
    sys.exit(main())
