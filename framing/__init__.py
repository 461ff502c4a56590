"""framing: Indonesian news pages to labelled sentences."""

from framing.errors import BingkaiError

__version__ = "0.1.0"
__all__ = ["BingkaiError", "__version__"]
