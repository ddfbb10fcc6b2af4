# SPDX-License-Identifier: MIT
"""The figures in docs/figures are those that scripts/draw_figures.py draws, byte for byte."""
import filecmp
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")


def main():
    committed = os.path.join(ROOT, "docs", "figures")
    with tempfile.TemporaryDirectory() as drawn:
        script = os.path.join(ROOT, "scripts", "draw_figures.py")
        subprocess.run([sys.executable, script, drawn], check=True)
        names = sorted(os.listdir(drawn))
        _, different, missing = filecmp.cmpfiles(drawn, committed, names, shallow=False)
        assert not different and not missing, "`make figures` changes: %s" % (different + missing)
    print("%d figures" % len(names))


main()
