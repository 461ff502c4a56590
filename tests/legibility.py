"""Whether every text of a figure can be read."""

import itertools

from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.figures.style import style_context


def check_legible(figure: Figure) -> None:
    """Fail if a text is small, leaves the figure or lies over another one."""
    with style_context():
        figure.canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    assert all(text.get_fontsize() >= 6.5 for text in texts)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    for text, box in boxes:
        assert box.x0 > -0.5 and box.x1 < figure.bbox.width + 0.5, text
        assert box.y0 > -0.5 and box.y1 < figure.bbox.height + 0.5, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or down < 1, f"{one!r} over {other!r}"
