# SPDX-License-Identifier: MIT
"""make_seeds_shards.py DIR: parts of shards for fuzz_part, in DIR/part/, and lists of archives for fuzz_shards, in
DIR/shards/."""
import os
import sys

HEAD = '{"shard":2,"shards":3,"run":{"version":"0.1.0","the command line":["predict","x"]}}\n'
PARTS = [HEAD + '"8801"\n"00ff10"\n', HEAD + '""\n""\n', HEAD + '"0g"\n', HEAD + '"012"\n"', HEAD.replace("2", "0", 1) + '"00"\n',
         HEAD.replace("3", "4294967297") + '"00"\n', HEAD[:-3] + "\n", '{"records":0,"sha256":""}\n', "[1]\n", ""]
LISTS = ["# archives\n\n a-{000..127}.tar \r\nb.tar", "{a,{b,c}d,}{3..1}.tar\n", "nothing*.tar\n", "{a\n}b.tar",
         "pipe:cat x\n", "{0..999999999}.tar\n", "{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}{n}{o}{p}{q}.tar\n", "[a-c]?.tar\n"]

for target, texts in (("part", PARTS), ("shards", LISTS)):
    folder = os.path.join(sys.argv[1], target)
    os.makedirs(folder, exist_ok=True)
    for index, text in enumerate(texts):
        with open(os.path.join(folder, f"seed{index}"), "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
