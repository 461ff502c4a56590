"""What ``bingkai train`` does with a model that is there already, and with a learning curve."""

import argparse
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.commands.options import TABLE
from analysis.console import say, show_progress
from framing.errors import BingkaiError

if TYPE_CHECKING:
    import pandas as pd

    from framing.encoders.encoder import Encoder
    from framing.model import Model
    from framing.scheme import Codebook


def add_retraining(
    parser: argparse.ArgumentParser, coded: "argparse._MutuallyExclusiveGroup"
) -> None:
    """Add ``--add`` to what is trained on, and the words that go with it; and ``--curve``."""
    coded.add_argument(
        "--add",
        type=Path,
        metavar="FILE",
        help="teach a model more by these codes, and keep what is better on codes held out",
    )
    parser.add_argument(
        "--model", type=Path, help="of --add: the model to teach (default: the shipped one)"
    )
    parser.add_argument(
        "--test",
        type=Path,
        metavar="FILE",
        help="of --add: other codes to compare old and new on (default: folds of the added ones)",
    )
    parser.add_argument(
        "--curve",
        type=Path,
        metavar="FILE",
        help="also tell whether coding more will help: scores by sentences learnt from, " + TABLE,
    )


def check_retraining(options: argparse.Namespace) -> None:
    """Refuse words that do not go with ``--add`` or ``--curve``, or only with them."""
    others = [w for w in ("tune", "distil", "finetune") if getattr(options, w)]
    if options.curve and others:
        raise BingkaiError(f"--curve trains heads alone; leave --{others[0]} out")
    if not options.add and (options.model or options.test):
        raise BingkaiError("--model and --test go with --add")
    others += [w for w in ("variable", "epochs", "seeds") if getattr(options, w)]
    if options.add and others:
        raise BingkaiError(f"--add keeps the encoder and all variables; leave --{others[0]} out")


def retrain(options: argparse.Namespace, codebook: "Codebook") -> None:
    """Teach a model more, and write it if it is better."""
    from framing.labelers import find_labeler
    from framing.learning.retraining import retrain_model
    from framing.tables import write_table

    coded = read_coded(options.add, codebook)
    labeler = find_labeler(
        options.model,
        encoder=options.encoder,
        codebook=codebook,
        threads=options.threads,
        progress=show_progress,
    )
    old, encoder = labeler.model, labeler.encoder
    if old.codebook_sha256 != codebook.sha256:
        raise BingkaiError(
            f"the model {old.name} was trained with another codebook than {codebook.id} as it is "
            "now; name a model and a codebook that belong together (--model, --codebook)"
        )
    found = retrain_model(
        old,
        coded,
        codebook,
        encoder,
        test=read_coded(options.test, codebook) if options.test else None,
        name=options.name,
        seed=options.seed,
        progress=show_progress,
    )
    if options.curve:
        learnt = [name for name in old.heads if name in set(found.differences["variable"])]
        trace(options, coded, codebook, encoder, variables=learnt, model=old)
    for row in found.differences.to_dict(orient="records"):
        kept = "new head" if row["variable"] in found.replaced else "old head kept"
        say(
            f"  {row['variable']:<10} macro-F1 {row['other_macro_f1']:.3f} before, "
            f"{row['macro_f1']:.3f} after: {_say_change(row)}; {kept}"
        )
    if not found.replaced:
        raise BingkaiError(
            "no head is better on the codes held out, so that nothing was written; code more, or "
            "use the old model"
        )
    found.model.write(options.output)
    write_table(found.differences, options.output / "retraining.csv")
    sizes = ", ".join(found.replaced)
    say(f"{options.output}: new heads of {sizes}, learnt from {len(coded)} added sentences")


def trace(
    options: argparse.Namespace,
    coded: "pd.DataFrame",
    codebook: "Codebook",
    encoder: "Encoder",
    *,
    variables: list[str],
    model: "Model | None" = None,
) -> None:
    """Write the learning curve and say what it says."""
    from framing.learning.curve import judge_learning, trace_learning
    from framing.tables import write_table

    curve = trace_learning(
        coded,
        codebook,
        encoder,
        variables=variables,
        model=model,
        seed=options.seed,
        progress=show_progress,
    )
    write_table(curve, options.curve)
    say(f"{options.curve}: macro-F1 by how many sentences were learnt from")
    for variable, own in curve.groupby("variable", sort=False):
        known = own.loc[own["macro_f1"].notna()]
        points = ", ".join(
            f"{n}: {score:.2f}"
            for n, score in zip(known["n_sentences"], known["macro_f1"], strict=True)
        )
        said = f"{points or 'nothing known'}; {judge_learning(own)}"
        gain = own.iloc[-1]
        if not math.isnan(gain["conf_low"]):
            said += f" (last step {_say_range(gain['gain'], gain['conf_low'], gain['conf_high'])})"
        say(f"  {variable:<10} {said}")


def read_coded(path: Path, codebook: "Codebook") -> "pd.DataFrame":
    """Read coded sentences, one row a sentence or as a gold table."""
    from framing.coded import widen_codes
    from framing.tables import read_table

    return widen_codes(read_table(path), codebook, where=str(path))


def _say_change(row: Mapping[Hashable, Any]) -> str:
    if math.isnan(row["conf_low"]):
        return f"{row['estimate']:+.3f}, how certain is not known"
    sure = "" if row["conf_low"] > 0 or row["conf_high"] < 0 else ", may be chance"
    return _say_range(row["estimate"], row["conf_low"], row["conf_high"]) + sure


def _say_range(estimate: float, low: float, high: float) -> str:
    return f"{estimate:+.3f} ({low:+.3f} to {high:+.3f})"
