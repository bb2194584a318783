#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Under valgrind the pool, on pages of its own, is in order. Argument: the program fuzz_pool."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

PROGRAM = sys.argv[1]
del sys.argv[1]


@tap.case
def valgrind_finds_nothing_wrong_in_a_pool_on_pages():
    if not shutil.which("valgrind"):
        raise tap.Skip("no valgrind")
    done = tap.run(["valgrind", "-q", "--error-exitcode=99", PROGRAM, "--seed", "1", "--runs", "6"],
                   env={**os.environ, "FRAMEWELL_POOL": "pages"})
    tap.expect_equal(done.returncode, 0, f"with\n{done.stderr}\nthe exit code")
    tap.expect("==" not in done.stderr, done.stderr)


tap.main()
