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


with open(FOLDER / "clip.mkv", "w", encoding="utf-8"):
    pass


@tap.case
def bash_completes_files_formats_and_topics():
    tap.expect_equal(complete_in_bash("transcode", "cl"), {"clip.mkv"}, "the files")
    tap.expect_equal(complete_in_bash("layout", "nv1"), {"nv12", "nv16"}, "the formats")
    tap.expect_equal(complete_in_bash("bench", "re"), {"replay"}, "the topics")


def complete_in_fish(line):
    if not shutil.which("fish"):
        raise tap.Skip("fish is not installed")
    source = os.path.join(COMPLETIONS, "framewell.fish")
    done = tap.run_ok(["fish", "-c", f"source {source}; complete -C '{line}'"], env=ENVIRONMENT,
                      cwd=FOLDER.path)
    return {word.split("\t")[0] for word in done.stdout.splitlines()}


# A shell at a terminal, to which a line and a tab are typed; what it lists comes before a mark.
DRIVE_ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; stty columns 200 rows 200; fpath=($1 \\$fpath)"
zpty -w shell "autoload -Uz compinit; compinit -D -u"
zpty -w shell "LISTMAX=1000; unset zle_bracketed_paste"
zpty -w shell "tell() { zle list-choices; zle -R; print end-\\$((40+2)) }; zle -N tell"
zpty -w shell "bindkey '^I' tell; print is-\\$((40+2))"
zpty -r -m shell words '*is-42*'
zpty -w -n shell "$2"$'\\t'
zpty -r -m shell words '*end-42*'
print -r -- "$words"
"""


def complete_in_zsh(line):
    """What it lists for the last word, or makes of it."""
    if not shutil.which("zsh"):
        raise tap.Skip("zsh is not installed")
    done = tap.run_ok(["zsh", "-f", "-c", DRIVE_ZSH, "zsh", COMPLETIONS, line], env=ENVIRONMENT,
                      cwd=FOLDER.path)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b.", " ", done.stdout)
    return set(plain.replace("\r", " ").split())


def completes_in_each_way(complete):
    for name in subcommands():
        got = complete(f"framewell {name} --")
        wanted = {option for option in options_of(name) if option.startswith("--")}
        tap.expect(wanted <= got, f"{wanted - got} of {name} are missing in {got}")
    got = complete("framewell ")
    tap.expect(subcommands() <= got, f"{subcommands() - got} are missing in {got}")
    for line, words, others in (("transcode --vid", {"--video-codec", "--video-bitrate"}, "-y"),
                                ("layout nv1", {"nv12", "nv16"}, "yuv420p"),
                                ("bench re", {"replay"}, "pool"),
                                ("transcode cl", {"clip.mkv"}, "framewell.mkv")):
        got = complete("framewell " + line)
        tap.expect(words <= got, f"{words - got} are missing for '{line}' in {got}")
        tap.expect(others not in got, f"{others} for '{line}'")


tap.add_case("fish completes the same", completes_in_each_way, complete_in_fish)
tap.add_case("zsh completes the same", completes_in_each_way, complete_in_zsh)


@tap.case
def fish_asks_for_a_format_once():
    tap.expect("nv12" not in complete_in_fish("framewell layout yuv420p "), "formats again")


if __name__ == "__main__":
    tap.main()
