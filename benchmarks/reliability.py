"""The reliability diagram and the risk-coverage curve of an evaluation, as SVG.

``medicord-ocr evaluate DIR --json REPORT.json``, then
``python -m benchmarks.reliability REPORT.json [MORE.json …] --to docs``

Each report is one line in both pictures, named after its file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

#: Pixels of the plot and the paper around it, and colours that colour-blind people tell apart
#: (Okabe and Ito 2008).
SIDE, LEFT, TOP, BELOW, RIGHT = 360, 64, 34, 48, 20
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


class Axis(NamedTuple):
    """What an axis says, from where to where, and at what steps."""

    title: str
    low: float
    high: float
    step: float


class Plot:
    """A square plot with two axes in per cent."""

    def __init__(self, title: str, x: Axis, y: Axis) -> None:
        self.x, self.y = x, y
        self.parts: list[str] = []
        self._text(LEFT + SIDE / 2, 20, title, size=14)
        self._text(LEFT + SIDE / 2, TOP + SIDE + 40, x.title)
        turned = f'transform="rotate(-90 16 {TOP + SIDE / 2})"'
        self._text(16, TOP + SIDE / 2, y.title, more=turned)
        for value in _steps(x):
            self._rule(*self._at(value, y.low), *self._at(value, y.high))
            self._text(self._at(value, y.low)[0], TOP + SIDE + 18, _percent(value, x))
        for value in _steps(y):
            self._rule(*self._at(x.low, value), *self._at(x.high, value))
            place = self._at(x.low, value)
            self._text(place[0] - 6, place[1] + 4, _percent(value, y), anchor="end")

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, dots: bool) -> None:
        """Draw one line, with a dot at each point where they are few."""
        places = [self._at(*point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        if dots:
            self.parts.extend(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places
            )

    def diagonal(self) -> None:
        """Draw where confidence and share are the same."""
        low, high = max(self.x.low, self.y.low), min(self.x.high, self.y.high)
        (x0, y0), (x1, y1) = self._at(low, low), self._at(high, high)
        self.parts.append(
            f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="#555" '
            'stroke-dasharray="5 4"/>'
        )

    def legend(self, row: int, text: str, colour: str, *, top: bool) -> None:
        """Name a line in the upper or lower right corner."""
        y = TOP + 18 + 18 * row if top else TOP + SIDE - 12 - 18 * row
        self._text(LEFT + SIDE - 8, y, text, anchor="end", colour=colour)

    def svg(self) -> str:
        """The picture."""
        width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BELOW
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )

    def _at(self, x: float, y: float) -> tuple[float, float]:
        across = (min(max(x, self.x.low), self.x.high) - self.x.low) / (self.x.high - self.x.low)
        up = (min(max(y, self.y.low), self.y.high) - self.y.low) / (self.y.high - self.y.low)
        return LEFT + SIDE * across, TOP + SIDE * (1 - up)

    def _rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.parts.append(
            f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="#ddd"/>'
        )

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "middle",
        size: int = 12,
        colour: str = "#222",
        more: str = "",
    ) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{colour}" {more}>{escape(text)}</text>'
        )


def _steps(axis: Axis) -> list[float]:
    return [axis.low + i * axis.step for i in range(round((axis.high - axis.low) / axis.step) + 1)]


def _percent(value: float, axis: Axis) -> str:
    return f"{100 * value:.{0 if axis.step >= 0.01 else 1}f} %"


def reliability(reports: dict[str, dict[str, object]]) -> str:
    """Confidence against the share that is right, in ten bins of equal mass."""
    axis = ("confidence", "share that is right")
    plot = Plot("Reliability", *(Axis(name, 0.0, 1.0, 0.2) for name in axis))
    plot.diagonal()
    for row, (name, found) in enumerate(reports.items()):
        measured = dict(found["all"])  # type: ignore[call-overload]
        points = [(b["confidence"], b["right"]) for b in measured["bins"]]
        plot.line(points, COLOURS[row], dots=True)
        text = f"{name}: ECE {measured['ece']:.3f}, AUROC {measured['auroc'] or 0:.3f}"
        plot.legend(row, text, COLOURS[row], top=False)
    return plot.svg()


def risk(reports: dict[str, dict[str, object]]) -> str:
    """The share that is wrong of the surest values, against how many are taken."""
    plot = Plot(
        "Risk and coverage",
        Axis("values taken, the surest first, those for review last", 0.0, 1.0, 0.2),
        Axis("share that is wrong", 0.0, 0.03, 0.005),
    )
    for row, (name, found) in enumerate(reports.items()):
        points = [(x, y) for x, y in found["risk_coverage"]]  # type: ignore[attr-defined]
        plot.line(points, COLOURS[row], dots=False)
        plot.legend(row, name, COLOURS[row], top=True)
    return plot.svg()


def main() -> int:
    """Draw both pictures."""
    parser = argparse.ArgumentParser(prog="benchmarks.reliability", description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, metavar="REPORT.json")
    parser.add_argument("--to", type=Path, default=Path("docs"), metavar="DIR")
    args = parser.parse_args()
    if len(args.reports) > len(COLOURS):
        parser.error(f"at most {len(COLOURS)} reports")
    found = {path.stem: json.loads(path.read_text())["calibration"] for path in args.reports}
    for name, drawn in (("reliability.svg", reliability), ("risk-coverage.svg", risk)):
        (args.to / name).write_text(drawn(found))
        print(args.to / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
