"""Line charts as SVG elements: the template draws what is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from local.front.monitoring import SPAN, Series, Widget

WIDTH, HEIGHT = 600, 140
MINUTES = SPAN.total_seconds() / 60
GAP_MINUTES = 1.5
COLOURS = 6
MOST_LINES = 6


@dataclass(frozen=True, kw_only=True)
class Line:
    """One metric: `path` is the data of an SVG path, `colour` the number of a CSS class.

    `latest` is the newest value, None when there is no data in the chart's hour.
    """

    label: str
    colour: int
    path: str
    latest: float | None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A widget to draw; `top` is the value at the upper edge, `more` counts lines left out."""

    title: str
    wide: bool
    lines: tuple[Line, ...]
    top: float
    more: int
    left_out: int

    @property
    def empty(self) -> bool:
        """Whether no line has data."""
        return all(line.latest is None for line in self.lines)


def draw(widget: Widget) -> Chart:
    """Return a widget's chart: lines with the largest values first, at most MOST_LINES of them."""
    ranked = sorted(widget.series, key=_largest, reverse=True)
    shown = ranked[:MOST_LINES]
    top = max((_largest(series) for series in shown), default=0.0)
    top = top if top > 0 else 1.0
    return Chart(
        title=widget.title,
        wide=widget.wide,
        lines=tuple(_line(number, series, top) for number, series in enumerate(shown)),
        top=top,
        more=len(ranked) - len(shown),
        left_out=widget.left_out,
    )


def _largest(series: Series) -> float:
    return max((value for _, value in series.values), default=-1.0)


def _line(number: int, series: Series, top: float) -> Line:
    """Points of neighbouring minutes are joined; a minute without data interrupts the line."""
    path: list[str] = []
    previous: float | None = None
    for minutes, value in series.values:
        x = WIDTH * (1 - minutes / MINUTES)
        y = HEIGHT * (1 - max(value, 0.0) / top)
        joined = previous is not None and previous - minutes <= GAP_MINUTES
        # A line of no length is drawn as a dot, so that a single value is visible.
        path.append(f"L{x:.1f} {y:.1f}" if joined else f"M{x:.1f} {y:.1f}h0")
        previous = minutes
    return Line(
        label=series.label,
        colour=number % COLOURS,
        path="".join(path),
        latest=series.values[-1][1] if series.values else None,
    )
