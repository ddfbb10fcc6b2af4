# SPDX-License-Identifier: MIT
"""install_package.py PREFIX FOLDER TREE: what was installed in PREFIX works for
another project: examples/ built in FOLDER and run, four ways. TREE is where it was built."""
import os
import re
import struct
import subprocess
import sys
import zlib

PREFIX, FOLDER, TREE = sys.argv[1:]
SOURCE = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
EXAMPLE = os.path.join(SOURCE, "examples", "classify.c")

# A network to classify with, made by the installed library itself; with a second argument one
# without a head.
MAKE_WEIGHTS = """
#include <densenet.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    dn_arch arch;
    dn_model *model = NULL;
    const char *labels[2] = {"calm", "storm"};
    dn_status status = dn_arch_find("densenet-bc-10-4", &arch);
    arch.classes = argc == 2 ? 2 : 0;
    if (status || (status = dn_model_init(&arch, DN_INIT_PAPER, 1, &model)) ||
        (status = dn_model_set_labels(model, labels, arch.classes)) ||
        (status = dn_model_save(model, argv[1], NULL)))
        fprintf(stderr, "%s\\n", dn_last_error());
    dn_model_free(model);
    return (int)status;
}
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, "%s\n%s%s" % (" ".join(command), done.stdout, done.stderr)
    return done.stdout


def library_folder():
    for folder, _, files in os.walk(PREFIX):
        if "libdensenet.a" in files:
            return folder
    raise AssertionError("no libdensenet.a under " + PREFIX)


LIBRARIES = library_folder()
ENVIRONMENT = dict(os.environ, LD_LIBRARY_PATH=LIBRARIES,
                   PKG_CONFIG_PATH=os.path.join(LIBRARIES, "pkgconfig"))


def package(*flags):
    return run("pkg-config", *flags, "densenet", env=ENVIRONMENT).split()


def write_picture(path):
    """40x30 pixels, RGB, as PNG."""
    rows = b"".join(b"\0" + bytes((7 * x * y) % 256 for x in range(3 * 40)) for y in range(30))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)),
                           (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
            file.write(struct.pack(">I", len(data)) + kind + data)
            file.write(struct.pack(">I", zlib.crc32(kind + data)))


def check_symbols():
    """The shared library exports the functions of densenet.h, no more, no less."""
    with open(os.path.join(PREFIX, "include", "densenet.h"), encoding="utf-8") as file:
        declared = set(re.findall(r"^DN_API\b[^;(]*?\b(dn_\w+)\(", file.read(), re.M))
    symbols = [line.split()[-1].split("@@") for line in run(
        "nm", "-D", "--defined-only", os.path.join(LIBRARIES, "libdensenet.so")).splitlines()]
    exported = {name for name, *version in symbols if version}
    versions = {version[0] for _, *version in symbols if version}
    assert {name for name, *version in symbols if not version} == versions, symbols
    assert exported == declared, "exported and not declared %s, declared and not exported %s" % (
        sorted(exported - declared), sorted(declared - exported))
    names = {line.split()[-1] for line in run(
        "nm", "-g", "--defined-only", os.path.join(LIBRARIES, "libdensenet.a")).splitlines()
             if " " in line}
    strays = sorted(name for name in names if not name.startswith("dn_"))
    assert not strays, "global names without dn_: %s" % strays
    print("%d functions exported" % len(declared))


def check_programs(weights, picture):
    compiler = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    shared, static = os.path.join(FOLDER, "shared"), os.path.join(FOLDER, "static")
    run(*compiler, EXAMPLE, "-o", shared, *package("--cflags", "--libs"))
    flags = package("--static", "--cflags", "--libs")
    flags[flags.index("-ldensenet")] = os.path.join(LIBRARIES, "libdensenet.a")
    run(*compiler, EXAMPLE, "-o", static, *flags)
    tree = os.path.join(FOLDER, "cmake")
    run("cmake", "-S", os.path.dirname(EXAMPLE), "-B", tree, "-DCMAKE_PREFIX_PATH=" + PREFIX)
    run("cmake", "--build", tree)
    programs = [shared, static, os.path.join(tree, "classify"), os.path.join(tree, "classify_static")]
    answers = {run(program, weights, picture, env=ENVIRONMENT) for program in programs}
    assert len(answers) == 1, answers
    answer = answers.pop()
    assert re.fullmatch(r"class [01] \((calm|storm)\): \d+\.\d%\n", answer), answer
    for program in programs:
        linked = "libdensenet" in run("ldd", program, env=ENVIRONMENT)
        assert linked != ("static" in os.path.basename(program)), program
    refused = subprocess.run([shared, picture, picture], env=ENVIRONMENT, capture_output=True)
    assert refused.returncode == 1 and b"picture.png" in refused.stderr, refused
    print("by pkg-config and find_package, shared and static: " + answer.strip())


def check_kinds(picture):
    """classify of networks that do not choose among classes."""
    program, path, kind = os.path.join(PREFIX, "bin", "densenet"), os.path.join(FOLDER, "kind.pth"), os.path.join(FOLDER, "shared")
    labels = os.path.join(FOLDER, "labels.pth")
    run(program, "init", "densenet-bc-10-4", "--classes", "1", "-o", path)
    answer = run(kind, path, picture, env=ENVIRONMENT)
    assert re.fullmatch(r"output 0 \(unnamed\): \d+\.\d%\n", answer) and "100.0" not in answer, answer
    run(program, "init", "densenet-bc-10-4", "--classes", "3", "-o", path)
    run(program, "convert", path, labels, "--task", "labels")
    answer = run(kind, labels, picture, env=ENVIRONMENT)
    assert re.fullmatch(r"(output [012] \(unnamed\): \d+\.\d%\n){3}", answer), answer
    run(os.path.join(FOLDER, "make_weights"), path, "headless", env=ENVIRONMENT)
    done = subprocess.run([kind, path, picture], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 1 and "has no head" in done.stderr, done


def check_usr():
    """In the compiler's own folders no flag is needed to find the header and the library."""
    staged = os.path.join(FOLDER, "staged")
    said = run("cmake", "--install", TREE, "--prefix", "/usr", env=dict(os.environ, DESTDIR=staged))
    assert "ldconfig" not in said, said
    packages = [at for at, _, files in os.walk(staged) if "densenet.pc" in files]
    flags = run("pkg-config", "--cflags", "--libs", "densenet", env=dict(os.environ, PKG_CONFIG_PATH=packages[0]))
    assert ".." not in flags and "-L" not in flags, flags


def check_header():
    """densenet.h stands alone, in C and in C++."""
    for language, standard in (("c", "c99"), ("c++", "c++98")):
        run("cc", "-x", language, "-std=" + standard, "-Wall", "-Werror", "-fsyntax-only", "-",
            *package("--cflags"), input="#include <densenet.h>\n")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    check_symbols()
    check_header()
    source, maker = os.path.join(FOLDER, "make_weights.c"), os.path.join(FOLDER, "make_weights")
    weights = os.path.join(FOLDER, "weights.safetensors")
    picture = os.path.join(FOLDER, "picture.png")
    with open(source, "w", encoding="utf-8") as file:
        file.write(MAKE_WEIGHTS)
    run("cc", source, "-o", maker, *package("--cflags", "--libs"))
    run(maker, weights, env=ENVIRONMENT)
    write_picture(picture)
    check_programs(weights, picture)
    check_kinds(picture)
    check_usr()
    version = run(os.path.join(PREFIX, "bin", "densenet"), "--version")
    assert version.split()[1] == package("--modversion")[0], version
    for page in ("man/man1/densenet.1", "bash-completion/completions/densenet",
                 "zsh/site-functions/_densenet", "fish/vendor_completions.d/densenet.fish"):
        assert os.path.getsize(os.path.join(PREFIX, "share", page)) > 100, page


main()
