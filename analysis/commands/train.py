"""``bingkai train``: train a model on coded sentences."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.options import TABLE, add_labeling, add_output
from analysis.commands.retraining import add_retraining, read_coded, retrain, trace
from analysis.console import say, show_progress
from framing.errors import BingkaiError

if TYPE_CHECKING:
    import pandas as pd

    from framing.model import Model
    from framing.scheme import Codebook

HELP = "train a model on coded sentences"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    coded = parser.add_mutually_exclusive_group(required=True)
    columns = "columns text and one a variable, " + TABLE
    coded.add_argument("coded", type=Path, nargs="?", metavar="sentences", help=columns)
    coded.add_argument("--sentences", type=Path, metavar="FILE", help="the same, by name")
    add_retraining(parser, coded)
    add_output(parser, "model", what="FOLDER")
    parser.add_argument(
        "--name", help="the model's name (default: model; with --add that of the old one)"
    )
    parser.add_argument("--variable", action="append", help="train only this one (repeatable)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tune", action="store_true", help="tune the encoder, too (needs torch)")
    how.add_argument(
        "--distil",
        type=Path,
        metavar="MODEL",
        help="make a fast model of this one, which was trained on the sentences (needs torch)",
    )
    parser.add_argument("--seed", type=int, default=0, help="for the folds (default: 0)")
    add_labeling(parser, model=False)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.scheme import read_codebook

    codebook = read_codebook(options.codebook)
    if options.add:
        _check_adding(options)
        retrain(options, codebook)
        return
    if options.model or options.test:
        raise BingkaiError("--model and --test go with --add")
    options.name = options.name or "model"
    sentences = read_coded(options.coded or options.sentences, codebook)
    if options.variable and (options.tune or options.distil):
        raise BingkaiError("--tune and --distil train every variable; leave --variable out")
    if options.curve and (options.tune or options.distil):
        raise BingkaiError("--curve trains heads alone; leave --tune and --distil out")
    model = _make(options, sentences, codebook)
    model.write(options.output)
    how = "on the tenth that was held out" if options.tune or options.distil else "out of fold"
    say(f"{options.output}: trained on {model.n_training} sentences; {how}:")
    for variable, head in model.heads.items():
        unseen = [v for v in codebook.variable(variable).value_ids if v not in head.values]
        lacking = f"; no sentence of {', '.join(unseen)}" if unseen else ""
        say(
            f"  {variable:<10} macro-F1 {head.cv_macro_f1:.3f} ({len(head.values)} values{lacking})"
        )
    if options.curve:
        from framing.encoder import load_encoder

        encoder = load_encoder(threads=options.threads)
        trace(options, sentences, codebook, encoder, variables=list(model.heads))


def _check_adding(options: argparse.Namespace) -> None:
    """Refuse words that do not go with --add."""
    wrong = [word for word in ("variable", "tune", "distil") if getattr(options, word)]
    if wrong:
        raise BingkaiError(f"--add keeps the encoder and all variables; leave --{wrong[0]} out")


def _make(options: argparse.Namespace, sentences: "pd.DataFrame", codebook: "Codebook") -> "Model":
    if options.tune:
        from framing.tuning import tune_model

        return tune_model(sentences, codebook, name=options.name, seed=options.seed, report=say)
    if options.distil:
        from framing.distillation import distil_model
        from framing.model import model_encoder, read_model

        teacher = read_model(options.distil)
        return distil_model(
            teacher,
            sentences,
            codebook,
            model_encoder(teacher, threads=options.threads),
            name=options.name,
            seed=options.seed,
            report=say,
        )
    from framing.encoder import load_encoder
    from framing.training import train_model

    return train_model(
        sentences,
        codebook,
        load_encoder(threads=options.threads),
        name=options.name,
        variables=options.variable,
        seed=options.seed,
        progress=show_progress,
    )
