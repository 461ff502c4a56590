"""``bingkai plan``: how many sentences to code, and how many articles to collect."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.options import TABLE, add_codebook
from analysis.console import check_distinct, say

if TYPE_CHECKING:
    import pandas as pd

    from analysis.statistics.planning import Clusters
    from framing.scheme import Codebook

HELP = "plan how many sentences to code or articles to collect"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    goals = parser.add_subparsers(title="goals", metavar="GOAL", dest="goal", required=True)
    gold = goals.add_parser(
        "gold",
        help="how many sentences to code for an interval of plus or minus a margin",
        description="How many sentences to code for an interval of plus or minus a margin.",
    )
    _add_table(gold)
    gold.add_argument("--margin", type=float, default=0.05, help="half-width (default: 0.05)")
    gold.add_argument("--share", type=float, default=0.5, help="as expected (default: 0.5)")
    gold.add_argument("--coded", type=int, default=0, metavar="N", help="sentences coded already")
    gold.add_argument(
        "--corpus", type=float, default=math.inf, metavar="N", help="sentences of the corpus"
    )
    gold.add_argument(
        "--per-article", type=float, default=1.0, metavar="N",
        help="sentences coded of an article (default: 1, drawn from all over)",
    )  # fmt: skip
    gold.add_argument("--precision", type=float, help="of the machine's labels for the value")
    gold.add_argument("--recall", type=float, help="of the machine's labels for the value")
    gold.add_argument("--scores", type=Path, help="what bingkai evaluate wrote, with COUNTS")
    gold.add_argument("--conf-level", type=float, default=0.95, help="default: 0.95")
    power = goals.add_parser(
        "power",
        help="the chance to find a difference between two outlets",
        description="The chance to find a difference between two outlets.",
    )
    _add_table(power)
    power.add_argument("--shares", type=float, nargs=2, default=(0.3, 0.45), metavar="SHARE")
    power.add_argument("--articles", type=int, nargs=2, metavar="N", help="of the two outlets")
    power.add_argument(
        "--difference", type=float, default=0.15, help="to be found, with COUNTS (default: 0.15)"
    )
    power.add_argument("--power", type=float, default=0.8, help="to be reached (default: 0.8)")
    power.add_argument("--level", type=float, default=0.05, help="of the test (default: 0.05)")
    power.add_argument(
        "--comparisons", type=int, default=1, metavar="N", help="divide the level by these"
    )


def _add_table(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "counts", type=Path, nargs="?", metavar="COUNTS",
        help="counts.csv of a results folder: plan for these outlets; else from the numbers below",
    )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, help="the plan for COUNTS, " + TABLE)
    parser.add_argument("--variable", default="frame", help="with COUNTS (default: frame)")
    parser.add_argument(
        "--article-size", type=float, default=20.0, metavar="N",
        help="mean sentences of an article (default: 20)",
    )  # fmt: skip
    parser.add_argument(
        "--correlation", type=float, default=0.1, help="of sentences of an article (default: 0.1)"
    )
    parser.add_argument(
        "--variation", type=float, default=0.5,
        help="standard deviation of article sizes by their mean (default: 0.5)",
    )  # fmt: skip
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    check_distinct(options.counts, options.output)
    goal = {"gold": _plan_gold, "power": _plan_power}[options.goal]
    table = goal(options)
    if table is not None and options.output:
        from framing.tables import write_table

        write_table(table, options.output)
        say(f"{options.output}: a plan of {len(table)} rows")


def _plan_gold(options: argparse.Namespace) -> "pd.DataFrame | None":
    from analysis.statistics.planning import correlate_labels, plan_gold
    from framing.errors import BingkaiError

    if options.counts:
        from analysis.statistics.plans import plan_coding
        from framing.tables import read_table

        plan = plan_coding(
            read_table(options.counts),
            _codebook(options),
            margin=options.margin,
            variable=options.variable,
            scores=read_table(options.scores) if options.scores else None,
            per_article=options.per_article,
            conf_level=options.conf_level,
        )
        for outlet, rows in plan.groupby("outlet", sort=False):
            hardest = rows.sort_values("best_margin", kind="stable").iloc[-1]
            say(
                f"  {outlet}: {rows['n_coded'].max()} sentences"
                if rows["n_coded"].notna().all()
                else f"  {outlet}: out of reach, {hardest['best_margin']:.3f} at best "
                f"({hardest['value']}); collect more articles"
            )
        return plan
    if (options.precision is None) != (options.recall is None):
        raise BingkaiError("plan: precision and recall belong together; give both or none")
    label_correlation = 0.0
    if options.precision is not None:
        label_correlation = correlate_labels(
            options.share, precision=options.precision, recall=options.recall
        )
    needed, without = (
        plan_gold(
            options.share,
            options.margin,
            clusters=_clusters(options),
            n_corpus=options.corpus,
            per_article=options.per_article,
            label_correlation=correlation,
            conf_level=options.conf_level,
        )
        for correlation in (label_correlation, 0.0)
    )
    say(f"{needed} coded sentences for a share of {options.share:g} ± {options.margin:g}")
    if label_correlation:
        say(f"  {without} without the machine's labels (correlation {label_correlation:.2f})")
    if options.coded:
        say(f"  {max(0, needed - options.coded)} more than the {options.coded} coded already")
    return None


def _plan_power(options: argparse.Namespace) -> "pd.DataFrame | None":
    from analysis.statistics.planning import find_power, plan_articles

    level = options.level / options.comparisons
    if options.counts:
        from analysis.statistics.plans import plan_contrasts
        from framing.tables import read_table

        plan = plan_contrasts(
            read_table(options.counts),
            _codebook(options),
            difference=options.difference,
            variable=options.variable,
            power=options.power,
            level=level,
        )
        say(
            f"power to find a difference of {options.difference:g}: {plan['power'].min():.0%} to "
            f"{plan['power'].max():.0%}; {plan['n_articles_needed'].median():.0f} articles of each "
            f"outlet (the median of {len(plan)} rows) reach {options.power:.0%}"
        )
        return plan
    first, second = options.shares
    clusters = _clusters(options)
    if options.articles:
        found = find_power((first, second), tuple(options.articles), clusters=clusters, level=level)
        say(
            f"power {found:.0%} to tell {first:g} from {second:g} with {options.articles[0]} and "
            f"{options.articles[1]} articles"
        )
    needed = plan_articles((first, second), power=options.power, clusters=clusters, level=level)
    say(f"{needed} articles of each outlet for a power of {options.power:.0%}")
    return None


def _clusters(options: argparse.Namespace) -> "Clusters":
    from analysis.statistics.planning import Clusters

    return Clusters(
        size=options.article_size, correlation=options.correlation, variation=options.variation
    )


def _codebook(options: argparse.Namespace) -> "Codebook":
    from framing.scheme import read_codebook

    return read_codebook(options.codebook)
