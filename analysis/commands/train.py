"""``bingkai train``: train a model on coded sentences."""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.options import (
    TABLE,
    add_encoder,
    add_labeling,
    add_output,
    parse_positive,
)
from analysis.commands.retraining import (
    add_retraining,
    check_retraining,
    read_coded,
    retrain,
    trace,
)
from analysis.console import TrainingBar, say, show_progress
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
    how.add_argument(
        "--finetune",
        action="store_true",
        help="train all weights of the transformer --encoder, for each variable (needs torch)",
    )
    add_encoder(parser, "what to train heads on, or to fine-tune; e5-small (default)")
    parser.add_argument(
        "--epochs", type=parse_positive, metavar="N", help="of --finetune, at most (default: 8)"
    )
    parser.add_argument(
        "--seeds",
        type=parse_positive,
        metavar="N",
        help="fine-tune with as many seeds, from --seed on, and keep the best (default: 1)",
    )
    parser.add_argument("--seed", type=int, default=0, help="for the folds (default: 0)")
    add_labeling(parser, model=False)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.scheme import read_codebook

    codebook = read_codebook(options.codebook)
    _check(options)
    if options.add:
        retrain(options, codebook)
        return
    options.name = options.name or "model"
    sentences = read_coded(options.coded or options.sentences, codebook)
    model = _make(options, sentences, codebook)
    model.write(options.output)
    shutil.rmtree(_unfinished(options), ignore_errors=True)
    held_out = options.tune or options.distil or options.finetune
    how = "on the tenth that was held out" if held_out else "out of fold"
    say(f"{options.output}: trained on {model.n_training} sentences; {how}:")
    for variable, head in model.heads.items():
        unseen = [v for v in codebook.variable(variable).value_ids if v not in head.values]
        lacking = f"; no sentence of {', '.join(unseen)}" if unseen else ""
        say(
            f"  {variable:<10} macro-F1 {head.cv_macro_f1:.3f} ({len(head.values)} values{lacking})"
        )
    if options.curve:
        from framing.labelers import load_named_encoder

        encoder = load_named_encoder(options.encoder, threads=options.threads)
        trace(options, sentences, codebook, encoder, variables=list(model.heads))


def _make(options: argparse.Namespace, sentences: "pd.DataFrame", codebook: "Codebook") -> "Model":
    if options.tune:
        from framing.learning.tuning import tune_model

        return tune_model(sentences, codebook, name=options.name, seed=options.seed, report=say)
    if options.distil:
        from framing.learning.distillation import distil_model
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
    if options.finetune:
        return _finetune(options, sentences, codebook)
    from framing.encoders.hub import is_hub_id
    from framing.labelers import load_named_encoder
    from framing.learning.training import train_model

    return train_model(
        sentences,
        codebook,
        load_named_encoder(options.encoder, threads=options.threads),
        name=options.name,
        variables=options.variable,
        seed=options.seed,
        source=options.encoder if options.encoder and is_hub_id(options.encoder) else "",
        progress=show_progress,
    )


def _finetune(
    options: argparse.Namespace, sentences: "pd.DataFrame", codebook: "Codebook"
) -> "Model":
    from framing.encoders.hub import find_checkpoint, require_extra

    require_extra("--finetune")
    find_checkpoint(options.encoder)
    from framing.learning.classifier import FineTuning
    from framing.learning.finetuning import finetune_model

    usual, work, bar = FineTuning(), _unfinished(options), TrainingBar()
    if work.exists():
        say(f"{work}: going on with the training that was begun there")
    try:
        return finetune_model(
            sentences,
            codebook,
            options.encoder,
            name=options.name,
            work=work,
            recipe=replace(
                usual,
                epochs=options.epochs or usual.epochs,
                n_seeds=options.seeds or usual.n_seeds,
            ),
            variables=options.variable,
            seed=options.seed,
            report=bar.show,
        )
    except KeyboardInterrupt:
        say(f"{work}: what was trained so far; the same command goes on from there")
        raise
    finally:
        bar.close()


def _check(options: argparse.Namespace) -> None:
    """Refuse words that do not go together."""
    from framing.encoders.encoder import DEFAULT_ENCODER
    from framing.model import SHIPPED_ENCODERS

    check_retraining(options)
    if options.add:
        return
    if options.variable and (options.tune or options.distil):
        raise BingkaiError("--tune and --distil train every variable; leave --variable out")
    shipped = options.encoder in (None, *SHIPPED_ENCODERS)
    if options.finetune and shipped:
        raise BingkaiError(
            "--finetune needs the transformer to train: give a hub id or a folder with --encoder; "
            "for e5-small, use --tune"
        )
    if (options.tune and options.encoder not in (None, DEFAULT_ENCODER)) or (
        options.distil and options.encoder
    ):
        raise BingkaiError(
            "--tune and --distil have encoders of their own; leave --encoder out, or use --finetune"
        )
    if (options.epochs or options.seeds) and not options.finetune:
        raise BingkaiError("--epochs and --seeds are of --finetune; leave them out")


def _unfinished(options: argparse.Namespace) -> Path:
    """Return the folder beside the output that holds what is half trained."""
    return Path(f"{options.output}.unfinished")
