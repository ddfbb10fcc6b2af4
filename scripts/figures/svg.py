# SPDX-License-Identifier: MIT
"""A drawing surface that writes SVG: a card with colours for light and dark pages."""
import math

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

# name: (on a light page, on a dark page)
PALETTE = {
    "card": ("#ffffff", "#15191f"),
    "edge": ("#dfe3e8", "#303741"),
    "ink": ("#1d2733", "#e8edf3"),
    "muted": ("#66717f", "#9aa5b1"),
    "faint": ("#c3cad3", "#47515e"),
    "pill": ("#eef1f5", "#252c36"),
    "red": ("#d3625b", "#d3625b"),
    "green": ("#4c9f70", "#4c9f70"),
    "purple": ("#8b6fc0", "#8f75c6"),
    "blue": ("#4480c4", "#4d8bd0"),
    "orange": ("#dd9136", "#dd9136"),
    "white": ("#ffffff", "#ffffff"),
}
LAYERS = ["green", "purple", "blue", "orange"]


def style():
    def rules(scheme):
        return "".join(f".{name}{{fill:{colours[scheme]}}}.line-{name}{{stroke:{colours[scheme]};fill:none}}"
                       for name, colours in PALETTE.items())
    return f"text{{font-family:{FONT}}}{rules(0)}@media(prefers-color-scheme:dark){{{rules(1)}}}"


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Figure:
    """Coordinates are pixels from the top left; colours are names of PALETTE."""

    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = []
        self.rect(0.5, 0.5, width - 1, height - 1, "card", radius=12, outline="edge")

    def add(self, element, **attributes):
        pairs = "".join(f' {name.replace("_", "-")}="{number(value) if isinstance(value, (int, float)) else value}"'
                        for name, value in attributes.items() if value is not None)
        self.parts.append(f"<{element}{pairs}/>")

    def rect(self, x, y, width, height, fill, radius=2, outline=None, opacity=None, dash=None):
        """A filled box; its outline is a second element, so that each keeps its one class."""
        shape = dict(x=x, y=y, width=width, height=height, rx=radius)
        if fill:
            self.add("rect", **shape, **{"class": fill}, fill_opacity=opacity)
        if outline:
            self.add("rect", **shape, **{"class": f"line-{outline}"}, stroke_dasharray=dash)

    def polygon(self, points, fill, opacity=None):
        self.add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points),
                 fill_opacity=opacity, **{"class": fill})

    def circle(self, x, y, radius, fill):
        self.add("circle", cx=x, cy=y, r=radius, **{"class": fill})

    def path(self, commands, colour, width=1.5, dash=None, opacity=None):
        text = " ".join(c if isinstance(c, str) else number(c) for c in commands)
        self.add("path", d=text, stroke_width=width, stroke_dasharray=dash, stroke_opacity=opacity,
                 **{"class": f"line-{colour}"})

    def line(self, x1, y1, x2, y2, colour="muted", width=1.5, dash=None):
        self.path(["M", x1, y1, "L", x2, y2], colour, width, dash)

    def head(self, x, y, angle, colour="muted", size=7):
        """An arrow's head whose tip is at (x, y), pointing along angle."""
        points = [(x, y)]
        for turn in (math.pi - 0.42, math.pi + 0.42):
            points.append((x + size * math.cos(angle + turn), y + size * math.sin(angle + turn)))
        self.polygon(points, colour)

    def arrow(self, x1, y1, x2, y2, colour="muted", width=1.5):
        angle = math.atan2(y2 - y1, x2 - x1)
        self.line(x1, y1, x2 - 5 * math.cos(angle), y2 - 5 * math.sin(angle), colour, width)
        self.head(x2, y2, angle, colour)

    def text(self, x, y, text, size=13, colour="ink", anchor="middle", weight=None, style=None):
        attributes = f' font-weight="{weight}"' if weight else ""
        attributes += f' font-style="{style}"' if style else ""
        self.parts.append(f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" class="{colour}" '
                          f'text-anchor="{anchor}"{attributes}>{escape(text)}</text>')

    def pill(self, x, y, width, text, height=26, fill="pill", colour="ink", size=12):
        """A rounded box centred on (x, y) with a word in it."""
        self.rect(x - width / 2, y - height / 2, width, height, fill, radius=height / 2,
                  outline="faint" if fill == "pill" else None)
        self.text(x, y + size * 0.35, text, size, colour)

    def stack(self, x, y, count, colour, size=34, step=5):
        """Feature maps as cards laid over one another, the first at the back; (x, y) is the
        centre of the whole. Returns half its width."""
        half = (size + step * (count - 1)) / 2
        for i in range(count):
            left, top = x - half + step * i, y - half + step * (count - 1 - i)
            self.rect(left, top, size, size, colour, radius=3)
            self.rect(left, top, size, size, None, radius=3, outline="card")
        return half

    def svg(self):
        body = "\n".join(self.parts)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                f'viewBox="0 0 {self.width} {self.height}" role="img">\n<title>{escape(self.title)}</title>\n'
                f"<style>{style()}</style>\n{body}\n</svg>\n")
