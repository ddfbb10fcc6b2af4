# SPDX-License-Identifier: MIT
"""Fonts for programs that run short of memory or disk: Fontconfig would leave what it could write of its cache to all
programs of the machine."""
import os
import subprocess


def use_without_cache(folder):
    """From now on, programs find the font that usually is sans-serif, and write no cache of it."""
    found = subprocess.run(["fc-match", "-f", "%{file}", "sans-serif"], capture_output=True, text=True, check=False).stdout
    place = os.path.dirname(found) or "/usr/share/fonts"
    with open(f"{folder}/fonts.conf", "w", encoding="utf-8") as stream:
        stream.write('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
                     f"<fontconfig><dir>{place}</dir><cachedir>/dev/null/none</cachedir></fontconfig>\n")
    os.environ["FONTCONFIG_FILE"] = f"{folder}/fonts.conf"
