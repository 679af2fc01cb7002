"""A bar chart as SVG, which Markdown shows beside the table."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

ROW, LEFT, WIDTH, RIGHT = 20, 250, 420, 60
# The ground belongs to the picture: a page may be dark where the system is light. It also lies
# around the texts, so that the line of the limit does not cross a figure.
STYLE = (
    ".ground{fill:#fff}"
    "text{font:12px system-ui,sans-serif;fill:#1f2933;"
    "paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".bar{fill:#2f6f8f}.over{fill:#b3402a}.limit{stroke:#b3402a;stroke-dasharray:4 3}"
    "@media(prefers-color-scheme:dark){.ground{fill:#161b22}text{fill:#e4e7eb;stroke:#161b22}"
    ".bar{fill:#7fb8d4}.over{fill:#f0876f}.limit{stroke:#f0876f}}"
)


def bars(rows: Sequence[tuple[str, float, float]]) -> str:
    """Draw names with their milliseconds, the largest first, and a line at the common limit.

    `rows` are (name, milliseconds, limit); a bar that is longer than its limit has another colour.
    """
    limit = max(limit for _, _, limit in rows)
    top = max(limit, *(value for _, value, _ in rows)) * 1.05
    height = ROW * (len(rows) + 1)
    x = LEFT + WIDTH * limit / top
    size = f"0 0 {LEFT + WIDTH + RIGHT} {height}"
    label = "Processor time of the whole path by endpoint, in milliseconds"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img">',
        f"<title>{label}</title>",
        f"<style>{STYLE}</style>",
        f'<path class="ground" d="M0 0H{LEFT + WIDTH + RIGHT}V{height}H0Z"/>',
        f'<path class="limit" d="M{x:.1f} 0V{height - ROW}"/>',
    ]
    for number, (name, value, most) in enumerate(sorted(rows, key=lambda row: -row[1])):
        y = ROW * number
        kind = "over" if value > most else "bar"
        length = WIDTH * value / top
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y + 4}" width="{length:.1f}" height="12"/>',
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 14}">{value:.2f}</text>',
        ]
    parts += [
        f'<text x="{x:.1f}" y="{height - 5}" text-anchor="middle">{limit:g} ms</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
