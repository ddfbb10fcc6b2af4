# SPDX-License-Identifier: MIT
"""Ratios of densenet's figures to its peers', as bars in an SVG."""
from xml.sax.saxutils import escape

ROW, LEFT, WIDTH, TOP = 24, 430, 460, 54
COLOURS = {"onnxruntime": "#0072b2", "openvino": "#009e73", "pytorch": "#d55e00", "torchvision": "#cc79a7"}


def write(rows, path):
    height = TOP + ROW * len(rows) + 40
    scale = WIDTH / max(1.1, min(2.0, max((row["ratio"] for row in rows), default=1)))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="16" y="26" font-size="16">densenet as a share of its peers: shorter is better</text>',
    ]
    for i, row in enumerate(rows):
        y, length = TOP + i * ROW, min(row["ratio"], 2.0) * scale
        lines += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(row["work"])}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{ROW - 7}" '
            f'fill="{COLOURS.get(row["peer"], "#666")}"/>',
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 13}">{row["ratio"]:.2f} of {escape(row["peer"])}</text>',
        ]
    end = TOP + ROW * len(rows)
    lines.append(f'<line x1="{LEFT + scale:.1f}" x2="{LEFT + scale:.1f}" y1="{TOP - 8}" y2="{end}" '
                 'stroke="#444" stroke-dasharray="4 4"/>')
    lines.append(f'<text x="{LEFT + scale:.1f}" y="{end + 18}" text-anchor="middle">equal</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
