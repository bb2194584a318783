#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""framewell run: what it starts, with what, and what it says."""
import json
import os
import re
import resource
import shutil
import signal
import time

import preloaded
import tap


def framewell_run(*arguments, **options):
    return tap.run([preloaded.COMMAND, "run", *arguments],
                   **{"env": preloaded.PLAIN, "timeout": preloaded.PATIENCE, **options})


@tap.case
def the_program_has_its_arguments_and_output():
    done = framewell_run("--", "printf", "%s|", "-n", "--stats", "a b", "")
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (0, "-n|--stats|a b||", ""))
    done = framewell_run("printf", "%s", "--stats")
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (0, "--stats", ""))


@tap.case
def the_exit_status_is_the_programs():
    for code in (0, 1, 7, 255):
        tap.expect_equal(framewell_run("--", preloaded.ACTS, "exit", str(code)).returncode, code)
    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
        done = framewell_run("--", preloaded.ACTS, "die", str(int(number)))
        tap.expect_equal(done.returncode, -number)


@tap.case
def signals_do_what_they_did_before():
    done = framewell_run("--", "bash", "-c", "yes | head -1; echo ${PIPESTATUS[0]}")
    tap.expect_equal(done.stdout, "y\n141\n")


@tap.case
def children_inherit_it():
    path = os.path.join(preloaded.WORK, "child-%p.json")
    done = framewell_run("--stats-json", path, "--", "bash", "-c", "perl -e 1; perl -e 2; exit 4")
    tap.expect_equal(done.returncode, 4)
    programs = []
    for name in os.listdir(preloaded.WORK):
        if name.startswith("child-"):
            with open(os.path.join(preloaded.WORK, name), encoding="utf-8") as file:
                programs.append(json.load(file)["program"])
    tap.expect(programs.count("perl") == 2, f"reports of {programs}")


@tap.case
def stats_are_a_table_on_stderr():
    done = framewell_run("--stats", "--", preloaded.ACTS, "exit", "5")
    tap.expect_equal((done.returncode, done.stdout), (5, ""))
    for words in ("pool malloc\n", "peak_usage", "hits", "frame", "minor and", "peak RSS"):
        tap.expect(words in done.stderr, f"no {words!r} in {done.stderr}")


@tap.case
def what_is_reported_of_the_process_is_the_programs():
    """Not what the command was before it became the program."""
    path = os.path.join(preloaded.WORK, "process.json")
    framewell_run("--stats-json", path, "--", preloaded.ACTS, "exit", "0")
    with open(path, encoding="utf-8") as file:
        stats = json.load(file)
    tap.expect(stats["peak_rss"] < 8 << 20 and stats["minor_faults"] < 1000, f"reported {stats}")


@tap.case
def a_report_is_written_where_the_command_was_started():
    folder = os.path.join(preloaded.WORK, "here")
    os.mkdir(folder)
    done = framewell_run("--stats-json", "%p.json", "--", "bash", "-c", "cd /; exit 4", cwd=folder)
    tap.expect_equal((done.returncode, done.stderr), (4, ""))
    tap.expect_equal(len(os.listdir(folder)), 1, "the reports")


@tap.case
def options_reach_the_program():
    path = os.path.join(preloaded.WORK, "options.json")
    done = framewell_run("--max-memory", "32M", "--idle", "0", "--purge-after", "10",
                         "--huge-pages", "off", "--stats-json", path, "--", preloaded.ACTS, "fill",
                         "100000")
    tap.expect_equal(done.returncode, 0, done.stderr)
    with open(path, encoding="utf-8") as file:
        stats = json.load(file)["malloc"]
    tap.expect_equal(stats["limit"], 32 << 20, "the limit")
    tap.expect(stats["peak_charged"] <= 32 << 20, f"went over it: {stats}")
    tap.expect(stats["idle_size"] <= 1 << 20, f"keeps {stats['idle_size']} idle bytes")


@tap.case
def the_limit_may_be_the_containers():
    done = framewell_run("--max-memory", "cgroup", "--", preloaded.ACTS, "exit", "6")
    tap.expect_equal((done.returncode, done.stderr), (6, ""))


def make_container(size):
    """A folder whose file cgroup.procs takes processes that may use so many bytes together."""
    for place, name in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                        ("/sys/fs/cgroup", "memory.max")):
        folder = os.path.join(place, f"framewell-{os.getpid()}")
        try:
            os.mkdir(folder)
        except OSError:
            continue
        try:
            with open(os.path.join(folder, name), "r+", encoding="utf-8") as file:
                file.write(str(size))
            return folder
        except OSError:
            os.rmdir(folder)
    raise tap.Skip("no container can be made here")


def remove_container(folder):
    """Once those that were in it are gone, which takes the system a moment."""
    for _ in range(100):
        try:
            os.rmdir(folder)
            return
        except OSError:
            time.sleep(0.05)


@tap.case
def in_a_container_malloc_says_no_before_the_system_ends_the_program():
    size = 96 << 20
    folder = make_container(size)
    path = os.path.join(preloaded.WORK, "container.json")
    enter = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', os.path.join(folder, "cgroup.procs")]
    words = [preloaded.COMMAND, "run", "--max-memory", "cgroup", "--stats-json", path]
    try:
        done = tap.run([*enter, *words, preloaded.ACTS, "fill", "3000"], env=preloaded.PLAIN,
                       timeout=preloaded.PATIENCE)
    finally:
        remove_container(folder)
    tap.expect_equal(done.returncode, 0, done.stderr)
    with open(path, encoding="utf-8") as file:
        tap.expect_equal(json.load(file)["malloc"]["limit"], size - size // 16, "the budget")


@tap.case
def debug_names_misuse():
    done = framewell_run("--debug", "--", preloaded.ACTS, "misuse", "free_twice")
    tap.expect_equal(done.returncode, -signal.SIGABRT)
    tap.expect("free already" in done.stderr, f"said {done.stderr}")


@tap.case
def compare_prints_both_sides():
    done = framewell_run("--compare", "--runs", "3", "--", preloaded.ACTS, "exit", "9")
    tap.expect_equal((done.returncode, done.stdout), (9, ""))
    rows = re.findall(r"^(\w.*?), \w+ +([\d.]+|< [\d.]+) +([\d.]+|< [\d.]+)", done.stderr, re.M)
    tap.expect_equal([row[0] for row in rows], ["wall time", "CPU time", "peak RSS"])
    tap.expect(re.search(r"^page faults +\d+ +\d+ +[\d.]+$", done.stderr, re.M), done.stderr)
    done = framewell_run("--compare", "--", preloaded.ACTS, "die", "15")
    tap.expect_equal(done.returncode, 128 + 15)


@tap.case
def compare_tells_of_memory_what_it_knows():
    done = framewell_run("--compare", "--", "true")
    tap.expect(re.search(r"^peak RSS, MiB +< [\d.]+ +< [\d.]+ *$", done.stderr, re.M), done.stderr)
    done = framewell_run("--compare", "--", "python3", "-c", "bytearray(b'x') * (100 << 20)")
    row = re.search(r"^peak RSS, MiB +([\d.]+) +([\d.]+) +[\d.]+$", done.stderr, re.M)
    tap.expect(row and all(100 < float(value) < 150 for value in row.groups()), done.stderr)


@tap.case
def compare_gives_each_run_the_same_input():
    path = os.path.join(preloaded.WORK, "input")
    with open(path, "w+", encoding="utf-8") as file:
        file.write("read before\nto be read\n")
        file.flush()
        os.lseek(file.fileno(), len("read before\n"), os.SEEK_SET)
        done = framewell_run("--compare", "--runs", "2", "--", "cat", stdin=file)
    tap.expect_equal((done.returncode, done.stdout), (0, "to be read\n" * 4))
    tap.expect("standard input" not in done.stderr, f"said {done.stderr!r}")
    done = framewell_run("--compare", "--", "cat", stdin=None, input="to be read\n")
    tap.expect_equal((done.returncode, done.stdout), (0, "to be read\n"))
    tap.expect("standard input is a pipe" in done.stderr, f"said {done.stderr!r}")


@tap.case
def compare_ends_where_no_run_makes_sense():
    done = framewell_run("--compare", "--", "no-such-program")
    tap.expect_equal((done.returncode, done.stderr),
                     (127, "framewell: no-such-program: No such file or directory: "
                           "look at its spelling\n"))
    done = framewell_run("--compare", "--", "bash", "-c", "echo begun; kill -INT $$")
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (130, "begun\n", ""))
    done = framewell_run("--compare", "--", "bash", "-c", "exit 127")
    tap.expect_equal(done.returncode, 127)
    tap.expect(re.search(r"^exit status +127 +127$", done.stderr, re.M), done.stderr)


@tap.case
def what_cannot_be_started_is_named():
    for name, code, cause in (("/no/such/program", 127, "No such file"),
                              ("no-such-program", 127, "No such file"),
                              ("", 127, "No such file"), ("/", 126, "Is a directory"),
                              ("/etc/passwd", 126, "Permission denied")):
        done = framewell_run("--", name)
        tap.expect_equal(done.returncode, code, name)
        said = f"framewell: {name or repr(name)}: {cause}"
        tap.expect(done.stderr.startswith(said) and done.stderr.count("\n") == 1,
                   f"said {done.stderr!r}")


@tap.case
def options_that_make_no_sense_are_refused():
    for words in (["--max-memory", "0"], ["--max-memory", "-5"], ["--max-memory", "2X"],
                  ["--idle", "none"], ["--purge-after", "2s"], ["--huge-pages", "yes"],
                  ["--runs", "0"], ["--runs", "3"], ["--stats-json", ""],
                  ["--max-memory", "99999999999T"], ["--stat"], []):
        done = framewell_run(*words, *(["--", "true"] if words else []))
        tap.expect_equal(done.returncode, 2, f"{words}: {done.stderr}: exit status")
        tap.expect(done.stderr.startswith("framewell: ") and done.stderr.count("\n") == 1,
                   f"{words}: said {done.stderr!r}")


@tap.case
def a_static_program_runs_and_is_named():
    program = preloaded.build("static", "int main(void) { return 8; }\n", "gcc", "-static")
    done = framewell_run("--", program)
    tap.expect_equal(done.returncode, 8)
    tap.expect("is linked statically" in done.stderr and done.stderr.count("\n") == 1,
               f"said {done.stderr!r}")


@tap.case
def a_program_of_musl_runs_and_is_named():
    program = preloaded.build("musl", "int main(void) { return 8; }\n", "musl-gcc")
    done = framewell_run("--stats", "--", program)
    tap.expect_equal(done.stderr, f"framewell: {program}: is linked with musl: it runs as without "
                     "Framewell\n", "what is said")
    tap.expect_equal(done.returncode, 8, "the exit status")


@tap.case
def a_program_with_rights_of_its_own_runs_and_is_named():
    """As another user than root, who has all of them."""
    if os.getuid() != 0 or not shutil.which("setcap") or not shutil.which("setpriv"):
        raise tap.Skip("setcap and setpriv are for root")
    program = preloaded.build("rights", "int main(void) { return 8; }\n", "gcc")
    os.chmod(preloaded.WORK, 0o755)
    for command in (["setcap", "cap_net_raw+ep", program], ["chmod", "u+s", program]):
        if tap.run(command).returncode != 0:
            raise tap.Skip(f"{command[0]} does not work here")
        done = tap.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                        preloaded.COMMAND, "run", "--stats", "--", program], env=preloaded.PLAIN)
        tap.expect_equal(done.stderr, f"framewell: {program}: is privileged: it runs as without "
                         "Framewell\n", "what is said")
        tap.expect_equal(done.returncode, 8, "the exit status")
        tap.run(["setcap", "-r", program])


@tap.case
def a_program_with_addresssanitizer_runs():
    program = preloaded.build("asan", "#include <stdlib.h>\n"
                              "int main(void) { free(malloc(8)); return 8; }\n", "gcc",
                              "-fsanitize=address")
    done = framewell_run("--", program)
    tap.expect_equal(done.returncode, 8, done.stderr)
    tap.expect("sanitizer" in done.stderr and done.stderr.count("\n") == 1, f"{done.stderr!r}")


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
tap.main()
