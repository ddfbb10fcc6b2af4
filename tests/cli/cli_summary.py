# SPDX-License-Identifier: MIT
"""`densenet summary`: a request that cannot be met ends in one sentence, exit status 2."""
import os
import re
import subprocess

PROGRAM = os.environ["DENSENET"]

REFUSED = [
    (["densenet121", "--input", "1,3,28,224"], "29x29 or more"),
    (["densenet-40-12", "--input", "1,3,32,3"], "4x4 or more"),
    (["densenet121", "--input", "1,4,224,224"], "3 channels"),
    (["densenet121", "--channels", "1", "--input", "1,3,224,224"], "1 channel"),
    (["densenet121", "--input", "0,3,224,224"], "positive"),
    (["densenet121", "--input", "1,-3,224,224"], "positive"),
    (["densenet121", "--input", "1,3,224"], "N,C,H,W"),
    (["densenet121", "--input", "1,3,224,224,"], "N,C,H,W"),
    (["densenet121", "--input", "1,3,224,99999999999"], "N,C,H,W"),
    (["densenet121", "--input", "999999999,3,999999999,999999999"], "too large"),
    (["densenet121", "--columns", "num_params,sise"], "sise"),
    (["densenet121", "--columns", "num_params,"], "columns"),
    (["densenet121", "--columns", ",".join(["trainable"] * 65)], "at most 64"),
    (["densenet121", "--columns", "output_size"], "input size"),
    (["densenet121", "--depth", "-1"], "depth"),
    (["densenet121", "--depth", "two"], "whole number"),
    (["densenet-41-12"], "depth"),
    (["resnet50"], "unknown architecture"),
    ([], "which network"),
    (["densenet121", "--weights", "x.pth"], "not both"),
    (["--weights", "no-such-file.pth"], "no-such-file.pth"),
    (["--blocks", "1,0,2"], "--blocks"),
    (["--blocks", "2,3", "--compression", "0.001"], "keeps no channel"),
]


def main():
    for arguments, pattern in REFUSED:
        done = subprocess.run([PROGRAM, "summary", *arguments], capture_output=True, text=True)
        assert done.returncode == 2 and not done.stdout, (arguments, done)
        assert re.fullmatch(r"densenet: [^\n]*%s[^\n]*\n" % pattern, done.stderr), (arguments, done.stderr)
    print("%d requests refused" % len(REFUSED))


main()
