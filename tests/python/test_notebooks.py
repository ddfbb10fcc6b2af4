# SPDX-License-Identifier: MIT
"""The notebooks of examples/ run from top to bottom, and what they show can be shown."""
import ast
import json
import pathlib

import pytest

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "notebooks" if (HERE / "notebooks").is_dir() else HERE.parents[1] / "examples" / "notebooks"
NEEDS = {"compare": "torch"}


def run_cell(source, names):
    """As a notebook runs it: the last expression's value is shown."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
    return shown._repr_html_() if hasattr(shown, "_repr_html_") else repr(shown)


@pytest.mark.parametrize("name", ["predict", "explain", "finetune", "compare"])
def test_notebook(name, tmp_path, monkeypatch):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    monkeypatch.chdir(tmp_path)
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    names = {"__name__": "__main__"}
    shown = [run_cell("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    assert len(shown) > 2 and any("<" in text for text in shown)
    assert not any(cell.get("outputs") for cell in cells)
