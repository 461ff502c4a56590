"""Draw words with how strongly they set an outlet or a frame apart."""

from matplotlib.figure import Figure

from analysis.figures.frames import FigureData
from analysis.figures.marks import BAR, SMALL_DOT, dot_style, lay_out, set_ticks
from analysis.figures.style import INK, SKY, TEXT_SIZE, Width, style_context
from analysis.figures.text import measure

LEAST_BAR = 0.4  # of a panel that the longest bar has, whatever the words
WORD_GAP = 1.0  # mm between a bar and its word
OUTSIDE = 1.5  # mm that a word may stand out of its panel


@style_context()
def draw_words(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw z as bars with the word behind each, and the dot of the clustered z on it."""
    panels = lay_out(data, width)
    marks = data.marks.assign(end=data.marks[["z", "z_articles"]].max(axis=1))
    # So wide a scale that every word has room behind its bar.
    rooms = [
        (end, max(panels.width - measure(word, TEXT_SIZE) - 2 * WORD_GAP, LEAST_BAR * panels.width))
        for end, word in zip(marks["end"], marks["word"], strict=True)
    ]
    reach = max(end / room for end, room in rooms) * panels.width
    for number, axes in enumerate(panels.axes):
        own = marks.loc[marks["panel"] == number]
        axes.set_xlim(0, reach)
        set_ticks(axes, panels)
        axes.barh(own["row"], own["z"], height=BAR, color=SKY, label="z")
        known = own.loc[own["z_articles"].notna()]
        axes.plot(
            known["z_articles"], known["row"], label="clustered",
            **dot_style("o", "white", INK, SMALL_DOT),
        )  # fmt: skip
        for row, end, word in zip(own["row"], own["end"], own["word"], strict=True):
            # A long word stands over its bar rather than out of the figure.
            last = panels.width + OUTSIDE - measure(word, TEXT_SIZE)
            place = max(0.0, min(end / reach * panels.width + WORD_GAP, last))
            axes.text(
                place * reach / panels.width, row, word, va="center", fontsize=TEXT_SIZE, color=INK
            )
    return panels.figure
