# SPDX-License-Identifier: MIT
"""Ratios of densenet's figures to its peers', as bars in an SVG."""
from xml.sax.saxutils import escape

ROW, LEFT, WIDTH, TOP = 20, 376, 430, 74
COLOURS = {"onnxruntime": "#0072b2", "openvino": "#009e73", "pytorch": "#d55e00", "torchvision": "#cc79a7",
           "densenet f32": "#56b4e9"}


def figure(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def write(rows, setting, path):
    """The name of a task is next to the first of its peers."""
    height = TOP + ROW * len(rows) + 40
    scale = WIDTH / max(1.1, min(2.0, max((row["ratio"] for row in rows), default=1)))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 180}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="16" y="26" font-size="16">densenet as a share of its peers: shorter is better</text>',
        f'<text x="16" y="46" fill="#666">{escape(setting)}</text>',
        f'<line x1="{LEFT + scale:.1f}" x2="{LEFT + scale:.1f}" y1="{TOP - 8}" y2="{height - 40}" '
        'stroke="#ccc"/>',
    ]
    for i, row in enumerate(rows):
        y, length = TOP + i * ROW, min(row["ratio"], 2.0) * scale
        if i == 0 or rows[i - 1]["work"] != row["work"]:
            lines.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(row["work"])}</text>')
        lines += [
            f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{ROW - 5}" '
            f'fill="{COLOURS.get(row["peer"], "#666")}"/>',
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 12}" stroke="white" stroke-width="4" '
            f'paint-order="stroke">{row["ratio"]:.2f} of {escape(row["peer"])}, '
            f'{figure(row["own"])} to {figure(row["other"])} {row["unit"]}</text>',
        ]
    lines.append(f'<text x="{LEFT + scale:.1f}" y="{height - 22}" text-anchor="middle">equal</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
