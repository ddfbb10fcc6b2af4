# SPDX-License-Identifier: MIT
"""The completion scripts, in the shells they are for."""
import os
import pty
import shutil
import subprocess
import tempfile
import time

PROGRAM = os.environ["DENSENET"]

# What a person has typed (the last word is being completed), words that must
# be offered, words that must not.
CASES = [
    (["sum"], ["summary"], ["manual"]),
    (["help", ""], ["summary", "completion"], ["help"]),
    (["completion", ""], ["bash", "zsh", "fish"], ["--help"]),
    (["completion", "z"], ["zsh"], ["bash"]),
    (["summary", "densenet12"], ["densenet121"], ["densenet169"]),
    (["summary", "--"], ["--depth", "--stem", "--help"], ["densenet121"]),
    (["summary", "--dep"], ["--depth"], ["--stem"]),
    (["summary", "--stem", ""], ["cifar", "imagenet"], ["densenet121"]),
    (["summary", "--stem", "=", "ci"], ["cifar", "cifar-norm"], ["imagenet"]),
    (["summary", "--depth", ""], [], ["densenet121", "--stem"]),
    (["manual", ""], [], ["summary"]),
]


def script(shell):
    return subprocess.run([PROGRAM, "completion", shell], check=True, capture_output=True,
                          text=True).stdout


def bash_offers(words):
    """As readline calls the function; compopt works only inside readline."""
    words = ["densenet"] + words
    quoted = " ".join("'%s'" % word for word in words)
    code = ("compopt() { :; }\n%s\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\n_densenet\n"
            "printf '%%s\\n' \"${COMPREPLY[@]}\"" % (script("bash"), quoted, len(words) - 1))
    return subprocess.run(["bash", "-uc", code], check=True, capture_output=True,
                          text=True).stdout.split()


def fish_offers(words):
    line = "densenet " + " ".join(words).replace(" = ", "=")
    code = "%s\ncomplete -C '%s'" % (script("fish"), line)
    with tempfile.TemporaryDirectory() as home:
        found = subprocess.run(["fish", "--no-config", "-c", code], check=True, text=True,
                               capture_output=True, env=dict(os.environ, HOME=home)).stdout
    offered = [row.split("\t")[0] for row in found.splitlines()]
    return [word.split("=")[-1] for word in offered]


# compadd, which every completion of zsh ends in, also writes down what it adds.
ZSH_SETUP = """
fpath=($FOLDER $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
    builtin compadd "$@"
    local -a hits
    [[ "${@[1,(i)(-|--)]}" == *-(O|A|D)\ * ]] || builtin compadd -A hits "$@"
    print -l -- $hits >> $FOLDER/offered
}
ask() { zle complete-word; print -- DONE >> $FOLDER/offered }
zle -N ask
bindkey '^X' ask
bindkey '^U' kill-whole-line
print -- DONE >> $FOLDER/offered
"""


class Zsh:
    """An interactive zsh on a pseudo-terminal, asked with a key of its own."""

    def __init__(self, folder):
        self.offered = os.path.join(folder, "offered")
        for name, text in (("_densenet", script("zsh")), ("setup", ZSH_SETUP)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.shell, self.terminal = pty.fork()
        if self.shell == 0:
            os.environ.update(FOLDER=folder, TERM="dumb")
            os.execlp("zsh", "zsh", "-f", "-i")
        self.answer(b"source %s/setup\n" % folder.encode())

    def answer(self, keys):
        os.write(self.terminal, keys)
        while True:  # as long as the test as a whole may take
            time.sleep(0.05)
            assert os.waitpid(self.shell, os.WNOHANG) == (0, 0), "zsh has ended"
            if os.path.exists(self.offered):
                with open(self.offered, encoding="utf-8") as file:
                    lines = file.read().split("\n")
                if "DONE" in lines:
                    os.remove(self.offered)
                    return lines

    def __call__(self, words):
        line = " ".join(["densenet"] + words).replace(" = ", "=")
        return [word.replace("\\", "") for word in self.answer(b"\x15" + line.encode() + b"\x18")]


def check(shell, offers):
    for words, wanted, unwanted in CASES:
        offered = offers(words)
        line = " ".join(words)
        for word in wanted:
            assert word in offered, "%s: %r does not offer %s but %s" % (shell, line, word, offered)
        for word in unwanted:
            assert word not in offered, "%s: %r offers %s" % (shell, line, word)
    print("%s: %d lines completed" % (shell, len(CASES)))


def main():
    found = subprocess.run([PROGRAM, "completion", "ksh"], capture_output=True, text=True)
    assert found.returncode == 2 and "bash|zsh|fish" in found.stderr, found
    with tempfile.TemporaryDirectory() as folder:
        for shell, offers in (("bash", lambda: bash_offers), ("fish", lambda: fish_offers),
                              ("zsh", lambda: Zsh(folder))):
            if shutil.which(shell):
                check(shell, offers())
            else:
                print("%s: not installed, skipped" % shell)


main()
