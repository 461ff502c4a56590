"""``bingkai evaluate``: measure labels against human codes."""

import argparse
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.commands.options import TABLE, add_abstaining, add_labeling
from analysis.console import check_distinct, say, show_progress

if TYPE_CHECKING:
    from framing.evaluation import Evaluation

HELP = "measure labels against human codes"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("gold", type=Path, help="columns text and one a variable, " + TABLE)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write tables and figures here; the scores alone if it is named like a table",
    )
    parser.add_argument("--language", choices=["en", "id"], default="en", help="of the figures")
    parser.add_argument("--seed", type=int, default=0, help="for the bootstrap (default: 0)")
    add_abstaining(parser)
    add_labeling(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.coded import warn_of_design, widen_codes
    from framing.evaluation import evaluate_labels
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labeling import label_sentences
    from framing.model import model_encoder, read_model
    from framing.scheme import read_codebook
    from framing.tables import write_table

    check_distinct(options.gold, options.output)
    codebook = read_codebook(options.codebook)
    gold, unit = read_units(options.gold, unit=Unit.ROW)
    gold = widen_codes(gold, codebook, where=str(options.gold))
    warn_of_design(gold)
    gold = to_sentences(gold.drop(columns="sentence_id", errors="ignore"), unit)
    model = read_model(options.model, encoder=options.encoder)
    encoder = model_encoder(model, threads=options.threads)
    texts = gold[["sentence_id", "text"]]
    result = label_sentences(
        texts, model, codebook, encoder, abstain=options.abstain, progress=show_progress
    )
    evaluation = evaluate_labels(gold, result.labels, codebook, seed=options.seed)
    if options.output and options.output.suffix[1:].isalpha():  # a file, as its name says
        write_table(evaluation.scores, options.output)
        say(f"{options.output}: scores on {len(gold)} sentences")
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
        say(f"{options.output}: scores, confusions and calibration on {len(gold)} sentences")
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
        say(f"  {score['variable']:<10} {', '.join(parts)}")


def _say_interval(row: Mapping[Hashable, Any], name: str) -> str:
    if math.isnan(row[name]):
        return "unknown"
    return f"{row[name]:.3f} ({row['conf_low']:.3f} to {row['conf_high']:.3f})"
