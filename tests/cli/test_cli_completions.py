#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the shells complete: the subcommands and options that the help has, and files."""
import os
import re
import shutil

import cli
import tap

COMPLETIONS = os.path.join(tap.ROOT, "completions")
FOLDER = cli.Folder()
os.symlink(cli.COMMAND, FOLDER / "framewell")
ENVIRONMENT = {**cli.ENVIRONMENT, "PATH": FOLDER.path + os.pathsep + os.environ["PATH"],
               "HOME": FOLDER.path}


def subcommands():
    text = cli.framewell("--help").stdout
    listed = re.search(r"Subcommands:\n((?:  .*\n)+)", text)[1]
    return set(re.findall(r"^  ([a-z]+) ", listed, re.M))


def options_of(name):
    text = re.search(r"Options:\n((?:  .*\n)+)", cli.framewell(name, "--help").stdout)[1]
    return set(re.findall(r"^  (?:-\w, )?(--?[a-zA-Z-]+)", text, re.M))


def complete_in_bash(*words):
    script = f"""
source {os.path.join(COMPLETIONS, 'framewell.bash')}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_framewell
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = tap.run_ok(["bash", "-c", script, "bash", "framewell", *words], env=ENVIRONMENT,
                      cwd=FOLDER.path)
    return set(done.stdout.split())


@tap.case
def bash_knows_every_subcommand():
    tap.expect_equal(complete_in_bash(""), subcommands() | {"--help", "--version"}, "the words")
    tap.expect_equal(complete_in_bash("tr"), {"transcode"}, "the words for tr")


@tap.case
def bash_knows_every_option_of_each_subcommand():
    for name in subcommands():
        got = complete_in_bash(name, "-")
        tap.expect(options_of(name) <= got, f"{options_of(name) - got} of {name} are missing")
    tap.expect_equal(complete_in_bash("transcode", "--vid"), {"--video-codec", "--video-bitrate"},
                     "the options for --vid")


@tap.case
def bash_completes_files_formats_and_topics():
    with open(FOLDER / "clip.mkv", "w", encoding="utf-8"):
        pass
    tap.expect_equal(complete_in_bash("transcode", "cl"), {"clip.mkv"}, "the files")
    tap.expect_equal(complete_in_bash("layout", "nv1"), {"nv12", "nv16"}, "the formats")
    tap.expect_equal(complete_in_bash("bench", "re"), {"replay"}, "the topics")


@tap.case
def fish_completes_the_same():
    if not shutil.which("fish"):
        raise tap.Skip("fish is not installed")
    script = f"source {os.path.join(COMPLETIONS, 'framewell.fish')}; complete -C 'framewell '"
    done = tap.run_ok(["fish", "-c", script], env=ENVIRONMENT, cwd=FOLDER.path)
    words = {line.split("\t")[0] for line in done.stdout.splitlines()}
    tap.expect(subcommands() <= words, f"{subcommands() - words} are missing")
    script = script.replace("framewell '", "framewell probe --'")
    done = tap.run_ok(["fish", "-c", script], env=ENVIRONMENT, cwd=FOLDER.path)
    words = {line.split("\t")[0] for line in done.stdout.splitlines()}
    tap.expect(options_of("probe") - {"-h"} <= words, f"{options_of('probe') - words} are missing")


@tap.case
def zsh_reads_its_file():
    if not shutil.which("zsh"):
        raise tap.Skip("zsh is not installed")
    tap.run_ok(["zsh", "-n", os.path.join(COMPLETIONS, "_framewell")])


if __name__ == "__main__":
    tap.main()
