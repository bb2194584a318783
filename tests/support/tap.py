# SPDX-License-Identifier: BSD-2-Clause
"""Cases in Python: a test program is a row of functions whose names are sentences.

    import tap

    @tap.case
    def two_and_two_are_four():
        tap.expect_equal(2 + 2, 4)

    tap.main()

Results go to standard output as TAP (in meson.build: protocol: 'tap'), each failure with its
trace. PROGRAM [CASE] runs one case.
"""
import os
import subprocess
import sys
import traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# Media to try things on, beside the source tree or elsewhere; may be absent.
SHARED = os.environ.get("FRAMEWELL_SHARED") or os.path.join(ROOT, "..", "shared")

_cases = []


class Failure(AssertionError):
    """A case that did not hold; the message says what was expected and what came."""


class Skip(Exception):
    """Ends a case, not counted as passed; the message is one line that says what is missing."""


def case(function):
    _cases.append((function.__name__, function))
    return function


def add_case(name, function, *arguments):
    """A case of a table: the same function with other arguments."""
    _cases.append((name, lambda: function(*arguments)))


def expect(condition, message):
    if not condition:
        raise Failure(message)


def expect_equal(got, wanted, what="the result"):
    expect(got == wanted, f"{what} is {got!r}, expected {wanted!r}")


def run(command, **options):
    """Runs a program without input; a subprocess.CompletedProcess with text in stdout, stderr."""
    settings = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    text=True, errors="replace", check=False)
    return subprocess.run(command, **{**settings, **options})


def run_ok(command, **options):
    """The same for a program that must end well."""
    done = run(command, **options)
    words = " ".join(map(str, command))
    expect(done.returncode == 0,
           f"{words} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def _tell(number, name, function):
    """Runs one case and prints its line; True unless it failed."""
    try:
        function()
    except Skip as skip:
        print(f"ok {number} - {name} # SKIP {skip}", flush=True)
        return True
    except Exception as error:  # whatever it is, the other cases are to run
        print(f"not ok {number} - {name}")
        text = str(error) if isinstance(error, Failure) else traceback.format_exc()
        print("".join(f"# {line}\n" for line in text.rstrip("\n").split("\n")), end="")
        print(f"# replay: {os.path.normpath(sys.argv[0])} {name}", flush=True)
        return False
    print(f"ok {number} - {name}", flush=True)
    return True


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else None
    chosen = [entry for entry in _cases if only in (None, entry[0])]
    if not chosen:
        sys.exit(f"{sys.argv[0]}: no case is named {only}")
    print(f"1..{len(chosen)}", flush=True)
    results = [_tell(number, *entry) for number, entry in enumerate(chosen, 1)]
    sys.exit(0 if all(results) else 1)
