"""At which resolution a PDF page is rendered."""

from __future__ import annotations

import math

from medicord_ocr.errors import LimitExceeded, UnreadableInput

#: Below this no print of ordinary size can be read: refuse rather than lower further.
LEAST_DPI = 100.0


def fitted_dpi(
    wanted: float,
    points: tuple[float, float],
    limit: int,
    *,
    least: float = LEAST_DPI,
    source: str,
    page: int,
) -> float:
    """The resolution wanted, or the highest under the pixel limit where that is lower.

    Args:
        wanted: dots an inch, above 0.
        points: width and height of the page as shown.
        limit: pixels that the raster may have.
        least: dots an inch below which a page is refused instead.
        source: for the error.
        page: for the error.

    Raises:
        LimitExceeded: when even ``least`` is over the limit.
        UnreadableInput: when the page has no area.
    """
    width, height = points[0] / 72, points[1] / 72
    if not (width > 0 and height > 0):
        raise UnreadableInput("the page has no area", source=source, page=page)
    # The highest d with (width·d + 1)(height·d + 1) <= limit, since sides are rounded up.
    sides, room = width + height, max(limit - 1, 1)
    fitting = 2 * room / (sides + math.sqrt(sides**2 + 4 * width * height * room))
    if wanted > fitting and fitting < least:
        raise LimitExceeded(
            f"the page is {width:,.0f} × {height:,.0f} inches large: even at {least:.0f} dpi it is "
            f"over the limit of {limit / 1e6:,.0f} million pixels",
            hint="Print it to a paper size, or raise MAX_PIXELS",
            source=source,
            page=page,
        )
    return min(wanted, fitting)
