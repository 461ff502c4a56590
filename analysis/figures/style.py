"""How figures look: page widths, type, colours that survive grey print, and how files are written.

Nothing here or in the drawing modules touches matplotlib's global state: figures are made without
pyplot, and settings hold only inside `style_context`, which also shuts out a user's matplotlibrc.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from framing.errors import BingkaiError
from framing.tables import new_file

MM_PER_INCH = 25.4
PT_PER_MM = 72 / MM_PER_INCH
PAGE_HEIGHT = 235.0  # mm: the tallest figure that journals set on one page
PNG_DPI = 400
FORMATS = (".pdf", ".svg", ".png")

TEXT_SIZE = 7.0  # pt at final size
SMALL_SIZE = 6.5
LINE_HEIGHT = 1.22  # of the type size
FONT = "DejaVu Sans"  # comes with matplotlib, so that every machine draws the same figure

# Okabe and Ito (2008), Color Universal Design: told apart by colour-blind readers. Blue, vermilion
# and sky also differ in lightness or, where they do not, the marks differ in shape or hatch.
INK = "#1a1a1a"
SOFT_INK = "#5c5c5c"
RULE = "#d9d9d9"
BLUE = "#0072b2"
SKY = "#9bd0f0"
VERMILION = "#d55e00"
PALE = "#ededed"


class Width(StrEnum):
    """Width of a figure on the printed page."""

    ONE_COLUMN = "one-column"
    TWO_COLUMNS = "two-columns"

    @property
    def mm(self) -> float:
        """The width in millimetres (89 and 183, as most journals set them)."""
        return 89.0 if self is Width.ONE_COLUMN else 183.0


@contextmanager
def style_context() -> Iterator[None]:
    """Set matplotlib's parameters for the block, from its own defaults, and put them back after."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "axes.edgecolor": INK,
                "axes.facecolor": "none",
                "axes.labelcolor": INK,
                "axes.labelsize": TEXT_SIZE,
                "axes.linewidth": 0.6,
                "axes.spines.right": False,
                "axes.spines.top": False,
                "font.family": FONT,
                "font.size": TEXT_SIZE,
                "hatch.linewidth": 0.6,
                "legend.fontsize": SMALL_SIZE,
                "pdf.fonttype": 42,  # TrueType: publishers refuse Type 3
                "svg.fonttype": "path",  # the same letters on a machine without the font
                "svg.hashsalt": "bingkai",  # else element ids differ from run to run
                "text.color": INK,
                "text.hinting": "none",  # text as wide on screen as measured and printed
                "text.parse_math": False,  # a dollar sign in an outlet's name is a dollar sign
                "xtick.color": INK,
                "xtick.direction": "out",
                "xtick.labelsize": SMALL_SIZE,
                "xtick.major.pad": 2,
                "xtick.major.size": 2,
                "xtick.major.width": 0.6,
                "ytick.color": INK,
                "ytick.labelsize": TEXT_SIZE,
                "ytick.major.size": 0,
            }
        )
        yield


def write_figure(figure: Figure, stem: str | Path) -> tuple[Path, ...]:
    """Write a figure as PDF, SVG and PNG beside each other, the same bytes on every run.

    Parameters
    ----------
    figure
        A finished figure.
    stem
        The files' path without ending.

    Returns
    -------
    tuple of Path
        The three files.

    Raises
    ------
    BingkaiError
        The folder cannot be written or the disk is full.
    """
    metadata = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}, ".png": {}}
    paths = []
    for ending in FORMATS:
        path = Path(f"{stem}{ending}")
        if path.is_dir():
            raise BingkaiError(
                f"{path}: is a folder, so the figure cannot be written there; move it"
            )
        with style_context(), new_file(path) as partial:
            figure.savefig(
                partial,
                format=ending[1:],
                dpi=PNG_DPI,
                metadata=metadata[ending],
                facecolor="white",
            )
        paths.append(path)
    return tuple(paths)
