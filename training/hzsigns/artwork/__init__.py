"""Chinese traffic signs drawn by the project, as random variations.

The signs of GB 5768.2, named by TT100K code. Shells, arrows, figures and most
pictograms are drawn in code; some pictograms come from an MIT package (see
``pictograms/LICENSE``). Figures need system fonts: :data:`FONT_PACKAGES`.
"""

from .glyphs import FONT_PACKAGES
from .render import codes, draw, draw_random
from .unknown import CATEGORIES

__all__ = ["CATEGORIES", "FONT_PACKAGES", "codes", "draw", "draw_random"]
