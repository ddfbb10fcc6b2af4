# SPDX-License-Identifier: MIT
"""Ratios of densenet's figures to its peers' in one precision, as bars in an SVG.

A bar for each kind of work and peer: the median ratio of all that was measured, and
a line from the best to the worst, which are named.
"""
from statistics import median
from xml.sax.saxutils import escape

ROW, NAMES, LEFT, WIDTH, TOP, FURTHEST = 40, 166, 300, 340, 78, 2.0
COLOURS = {"onnxruntime": "#0072b2", "openvino": "#009e73", "pytorch": "#d55e00", "torchvision": "#cc79a7",
           "densenet": "#56b4e9"}


def figure(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def bars(rows):
    """Rows of one kind of work and one peer together, in order of first appearance."""
    groups = {}
    for row in rows:
        peer = f'{row["peer"]} {row["peer_precision"]}'
        groups.setdefault((row["group"], peer), []).append(row)
    kinds = list(dict.fromkeys(row["group"] for row in rows))
    return sorted(groups.items(), key=lambda group: kinds.index(group[0][0]))


def named(row):
    return (f'{row["ratio"]:.2f} {row["work"]}: {figure(row["own"])} ({row["precision"]}) to '
            f'{figure(row["other"])} {row["unit"]}')


def bar(group, y, scale):
    (_, peer), rows = group
    rows = sorted(rows, key=lambda row: row["ratio"])
    middle, best, worst = median(row["ratio"] for row in rows), rows[0], rows[-1]
    length = min(middle, FURTHEST) * scale
    colour = COLOURS.get(peer.split()[0], "#666")
    text = LEFT + WIDTH + 46
    lines = [
        f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="16" fill="{colour}"/>',
        f'<text x="{NAMES + 12}" y="{y + 12.5}">{escape(peer)}</text>',
        f'<text x="{LEFT + length + 5:.1f}" y="{y + 12.5}" font-weight="bold" stroke="white" stroke-width="4" '
        f'paint-order="stroke">{middle:.2f}</text>',
    ]
    if len(rows) == 1:
        return lines + [f'<text x="{text}" y="{y + 12}" fill="#444" font-size="11">{escape(named(best))}</text>']
    left, right = (LEFT + min(row["ratio"], FURTHEST) * scale for row in (best, worst))
    return lines + [
        f'<path d="M{left:.1f} {y + 22}H{right:.1f}M{left:.1f} {y + 18}v8M{right:.1f} {y + 18}v8" '
        'stroke="#222" stroke-width="1.5" fill="none"/>',
        f'<text x="{text}" y="{y + 10}" fill="#444" font-size="11">best {escape(named(best))}</text>',
        f'<text x="{text}" y="{y + 24}" fill="#444" font-size="11">worst {escape(named(worst))}</text>',
    ]


def write(rows, precision, setting, path):
    """The name of a kind of work is next to the first of its peers."""
    groups = bars(rows)
    height = TOP + ROW * len(groups) + 34
    largest = max(row["ratio"] for row in rows)
    scale = WIDTH / max(1.1, min(FURTHEST, largest))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 530}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="16" y="26" font-size="16">{precision}: densenet as a share of its peers; shorter is '
        'better</text>',
        f'<text x="16" y="46" fill="#666">{escape(setting)}. Bars: the median of what was measured; lines: '
        'from the best to the worst.</text>',
        f'<line x1="{LEFT + scale:.1f}" x2="{LEFT + scale:.1f}" y1="{TOP - 12}" y2="{height - 34}" '
        'stroke="#999" stroke-dasharray="4 3"/>',
    ]
    for i, group in enumerate(groups):
        y = TOP + i * ROW
        if i == 0 or groups[i - 1][0][0] != group[0][0]:
            lines.append(f'<text x="{NAMES}" y="{y + 12}" text-anchor="end">{escape(group[0][0])}</text>')
        lines += bar(group, y, scale)
    lines.append(f'<text x="{LEFT + scale:.1f}" y="{height - 16}" text-anchor="middle">equal</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
