"""``bingkai label``: label every sentence."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_abstaining, add_labeling, add_output
from analysis.console import check_distinct, say, show_progress
from framing.errors import BingkaiError

HELP = "label every sentence"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("input", type=Path, help="a folder of pages, or " + TABLE)
    add_output(parser, "labels.csv")
    parser.add_argument("--wide", action="store_true", help="one row a text, a column a variable")
    parser.add_argument("--unit", choices=["article", "sentence", "row"], help="what a row is")
    parser.add_argument("--sentences", type=Path, help="write the sentences here, too")
    parser.add_argument("--articles", type=Path, help="write the articles here, too")
    parser.add_argument(
        "--explain", type=Path, metavar="FILE", help="write here what carries each label (slow)"
    )
    parser.add_argument(
        "--training", type=Path, help="what a model of your own was trained on, for --explain"
    )
    add_abstaining(parser)
    add_labeling(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.coverage import describe_coverage
    from framing.explanation import explain_labels, read_training
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labelers import find_labeler
    from framing.labeling import label_sentences, widen
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    check_distinct(
        options.input, options.output, options.sentences, options.articles, options.explain
    )
    codebook = read_codebook(options.codebook)
    units, unit = read_units(options.input, unit=Unit(options.unit) if options.unit else None)
    if options.articles and unit is not Unit.ARTICLE:
        raise BingkaiError(
            f"{options.input}: no articles in it, so --articles has nothing to write"
        )
    sentences = to_sentences(units, unit)
    labeler = find_labeler(
        options.model,
        encoder=options.encoder,
        codebook=codebook,
        threads=options.threads,
        progress=show_progress,
    )
    model, encoder = labeler.model, labeler.encoder
    result = label_sentences(
        sentences, model, codebook, encoder, abstain=options.abstain, progress=show_progress
    )
    explanations = None
    if options.explain:
        training = read_table(options.training) if options.training else None
        if training is None:
            training = read_training(model, codebook)
        explanations = explain_labels(
            result, model, codebook, encoder, training=training, progress=show_progress
        )
    table = widen(sentences, result) if options.wide else result.labels
    write_table(table, options.output)
    if options.sentences:
        write_table(result.sentences, options.sentences)
    if options.articles:
        write_table(units, options.articles)
    if explanations is not None:
        write_table(explanations, options.explain)
    say(f"{options.output}: {len(sentences)} sentences labelled")
    if options.abstain:
        for line in describe_coverage(result.labels, sentences, units):
            say(f"  {line}")
