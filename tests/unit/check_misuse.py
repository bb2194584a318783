#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tools find misuse of the pool's blocks to the byte: AddressSanitizer in a build that has it,
valgrind in one that has not. Arguments: what the build has (asan, plain or plain-valgrind), the
program pool_misuse."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

BUILD, PROGRAM = sys.argv[1:3]
del sys.argv[1:3]

# What the program does wrong: the access that a report names, and where valgrind says it went.
BEYOND = r"0 bytes after a block of size [\d,]+ alloc'd"
FREED = r"bytes inside a block of size [\d,]+ free'd"
WRONGS = {
    "read_beyond": ("READ", BEYOND),
    "write_beyond": ("WRITE", BEYOND),
    "read_beyond_a_frame": ("READ", BEYOND),
    "read_after_free": ("READ", FREED),
    "write_after_free": ("WRITE", FREED),
    "read_a_frame_after_free": ("READ", FREED),
    "read_after_a_free_elsewhere": ("READ", FREED),
    "read_beyond_after_shrinking": ("READ", BEYOND),
}


def environment(**changes):
    return {**{name: value for name, value in os.environ.items() if name != "FRAMEWELL_POOL"},
            **changes}


def run_valgrind(way, *options):
    if BUILD == "plain" or not shutil.which("valgrind"):
        raise tap.Skip("no valgrind at build time, or none now")
    return tap.run(["valgrind", "-q", "--error-exitcode=99", *options, PROGRAM, way],
                   env=environment())


def address_sanitizer_reports(way):
    """On pages: what is wrong there is poisoned by the pool, not by the sanitizer's malloc."""
    done = tap.run([PROGRAM, way], env=environment())
    tap.expect(done.returncode not in (0, 2), f"it ended with {done.returncode}\n{done.stderr}")
    kind = re.search(r"AddressSanitizer: ([\w-]+) on address (0x[0-9a-f]+)", done.stderr)
    tap.expect(kind, f"no report:\n{done.stderr}")
    tap.expect_equal(kind[1], "use-after-poison")
    tap.expect_equal(int(kind[2], 16), int(done.stdout, 16), "the address")
    access, _ = WRONGS[way]
    tap.expect(re.search(rf"{access} of size 1 at .*\n\s+#0 \S+ in {access.lower()}_byte",
                         done.stderr), f"not this access:\n{done.stderr}")


def valgrind_reports(way):
    done = run_valgrind(way)
    tap.expect_equal(done.returncode, 99, f"with\n{done.stderr}\nthe exit code")
    access, place = WRONGS[way]
    tap.expect(re.search(rf"Invalid {access.lower()} of size 1\n.*at \S+ {access.lower()}_byte",
                         done.stderr), f"not this access:\n{done.stderr}")
    tap.expect(re.search(rf"Address (0x[0-9a-f]+) is [\d,]*\s*{place}", done.stderr),
               f"not this place:\n{done.stderr}")
    tap.expect_equal(int(re.search(r"Address (0x[0-9a-f]+)", done.stderr)[1], 16),
                     int(done.stdout, 16), "the address")


if BUILD == "asan":
    for wrong in WRONGS:
        tap.add_case(f"address_sanitizer_reports_{wrong}", address_sanitizer_reports, wrong)

    @tap.case
    def address_sanitizer_reports_nothing_that_is_allowed():
        tap.run_ok([PROGRAM, "nothing"], env=environment())

    @tap.case
    def address_sanitizer_sees_blocks_of_malloc_as_its_own():
        done = tap.run([PROGRAM, "read_beyond"], env=environment(FRAMEWELL_POOL="system"))
        tap.expect("heap-buffer-overflow" in done.stderr, done.stderr)
        tap.expect("0 bytes to the right of" in done.stderr
                   or "0 bytes after" in done.stderr, done.stderr)

    @tap.case
    def leak_sanitizer_sees_a_lost_block_of_malloc():
        done = tap.run([PROGRAM, "leak"], env=environment(FRAMEWELL_POOL="system"))
        tap.expect(re.search(r"in 1 object\(s\) allocated from", done.stderr), done.stderr)
else:
    for wrong in WRONGS:
        tap.add_case(f"valgrind_reports_{wrong}", valgrind_reports, wrong)

    @tap.case
    def valgrind_reports_nothing_that_is_allowed():
        done = run_valgrind("nothing", "--leak-check=full")
        tap.expect_equal(done.returncode, 0, f"with\n{done.stderr}\nthe exit code")
        tap.expect_equal(done.stderr, "", "what valgrind says")

    @tap.case
    def valgrind_sees_a_lost_block():
        done = run_valgrind("leak", "--leak-check=full", "--show-leak-kinds=definite")
        tap.expect(re.search(r"in 1 blocks are definitely lost", done.stderr), done.stderr)

tap.main()
