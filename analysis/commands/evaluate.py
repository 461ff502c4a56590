"""``bingkai evaluate``: measure labels against human codes, and labelers against each other."""

import argparse
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from analysis.commands.options import TABLE, add_abstaining, add_labeling
from analysis.console import check_distinct, say, show_progress
from framing.errors import BingkaiError

if TYPE_CHECKING:
    import pandas as pd

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
    add_labeling(parser, several=True)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.coded import warn_of_design, widen_codes
    from framing.evaluation import evaluate_labels
    from framing.inputs import Unit, read_units, to_sentences
    from framing.labelers import find_labeler
    from framing.labeling import label_sentences
    from framing.scheme import read_codebook

    check_distinct(options.gold, options.output)
    wanted = _name_labelers(options.model or [], options.encoder or [])
    codebook = read_codebook(options.codebook)
    gold, unit = read_units(options.gold, unit=Unit.ROW)
    gold = widen_codes(gold, codebook, where=str(options.gold))
    warn_of_design(gold)
    gold = to_sentences(gold.drop(columns="sentence_id", errors="ignore"), unit)
    texts = gold[["sentence_id", "text"]]
    models, labels, evaluations = {}, {}, {}
    for name, (model, encoder) in wanted.items():
        labeler = find_labeler(
            model,
            encoder=encoder,
            codebook=codebook,
            threads=options.threads,
            progress=show_progress,
        )
        models[name] = labeler.model
        labels[name] = label_sentences(
            texts,
            labeler.model,
            codebook,
            labeler.encoder,
            abstain=options.abstain,
            progress=show_progress,
        ).labels
        evaluations[name] = evaluate_labels(gold, labels[name], codebook, seed=options.seed)
    context = {
        "codebook": codebook,
        "gold": options.gold,
        "seed": options.seed,
        "language": options.language,
    }
    if len(wanted) > 1:
        from framing.score_differences import compare_scores

        differences = compare_scores(gold, labels, codebook, seed=options.seed)
        _write_comparison(options.output, evaluations, differences, models=models, **context)
        return
    ((name, evaluation),) = evaluations.items()
    if _is_table(options.output):
        from framing.tables import write_table

        write_table(evaluation.scores, options.output)
        say(f"{options.output}: scores on {len(gold)} sentences")
    elif options.output:
        from analysis.pipeline import write_evaluation

        write_evaluation(evaluation, options.output, model=models[name], **context)
        say(f"{options.output}: scores, confusions and calibration on {len(gold)} sentences")
    _say_accuracy(evaluation)


def _name_labelers(
    models: list[Path], encoders: list[str]
) -> dict[str, tuple[Path | None, str | None]]:
    """Return model and encoder of each labeler by a name for people.

    A model is named by its folder; e5-small and fast name the shipped ones as a model, too.
    """
    from framing.encoders.hub import short_name
    from framing.model import SHIPPED_ENCODERS

    if models and encoders and len(models) != len(encoders):
        raise BingkaiError(
            f"{len(models)} --model and {len(encoders)} --encoder; give each --model the --encoder "
            "that it sits on, in the same order, or only one of the two words"
        )
    if not models and not encoders:
        return {"": (None, None)}
    named: dict[str, tuple[Path | None, str | None]] = {}
    for number in range(max(len(models), len(encoders))):
        model = models[number] if models else None
        encoder = encoders[number] if encoders else None
        name = short_name(str(model if model is not None else encoder))
        if str(model) in SHIPPED_ENCODERS and encoder is None and not Path(str(model)).exists():
            model, encoder = None, str(model)
        if name in named:
            raise BingkaiError(f"{name} is named twice; nothing can be compared with itself")
        named[name] = (model, encoder)
    return named


def _write_comparison(
    output: Path | None,
    evaluations: Mapping[str, "Evaluation"],
    differences: "pd.DataFrame",
    **context: Any,
) -> None:
    if _is_table(output):
        from framing.tables import write_table

        write_table(differences, output)
        say(f"{output}: differences of macro-F1")
    elif output:
        from analysis.labeler_comparison import LabelerComparison, write_comparison

        write_comparison(LabelerComparison(evaluations, differences), output, **context)
        say(f"{output}: scores and their differences")
    for name, evaluation in evaluations.items():
        say(f"{name}:")
        _say_accuracy(evaluation)
    for row in differences.to_dict(orient="records"):
        known = "unknown" if math.isnan(row["estimate"]) else _say_interval(row, "estimate")
        said = f"{known}, {row['reason']}" if row["reason"] else known
        say(f"{row['variable']}: {row['labeler']} less {row['other']}: {said}")


def _is_table(output: Path | None) -> TypeGuard[Path]:
    """Tell whether the output is a file, as its name says."""
    return output is not None and output.suffix[1:].isalpha()


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
