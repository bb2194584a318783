# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the malloc share. FRAMEWELL_MALLOC names the library, FRAMEWELL_ACTS the
program malloc_acts, FRAMEWELL_CALLS malloc_calls, FRAMEWELL_LATE late_objects,
FRAMEWELL_FULL_BUDGET full_budget, FRAMEWELL_COMMAND the command and FRAMEWELL_GROWTH frame_growth
where they are built; meson sets them."""
import atexit
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap  # noqa: E402

LIBRARY = os.environ["FRAMEWELL_MALLOC"]
ACTS = os.environ["FRAMEWELL_ACTS"]
CALLS = os.environ.get("FRAMEWELL_CALLS")
LATE = os.environ.get("FRAMEWELL_LATE")
COMMAND = os.environ.get("FRAMEWELL_COMMAND")
FULL_BUDGET = os.environ.get("FRAMEWELL_FULL_BUDGET")
GROWTH = os.environ.get("FRAMEWELL_GROWTH")
PATIENCE = 240  # seconds for one program; longer is a hang
WORK = tempfile.mkdtemp(prefix="framewell-malloc-")
atexit.register(shutil.rmtree, WORK, True)

# MALLOC_PERTURB_, which meson sets, would make the C library's malloc another than it is.
PLAIN = {name: value for name, value in os.environ.items()
         if not name.startswith(("FRAMEWELL_", "MALLOC_"))}
PLAIN.update(LC_ALL="C", TERM="dumb", HOME=WORK)


def run_plain(*command, **options):
    return tap.run(command, **{"env": PLAIN, "timeout": PATIENCE, **options})


def run(*command, settings=None, **options):
    """Runs a program on Framewell; settings are FRAMEWELL_ variables without that beginning."""
    chosen = {f"FRAMEWELL_{name}": value for name, value in (settings or {}).items()}
    environment = {**PLAIN, "LD_PRELOAD": LIBRARY, **chosen}
    return tap.run(command, **{"env": environment, "timeout": PATIENCE, **options})


def act(*arguments, **options):
    return run(ACTS, *arguments, **options)


def act_well(*arguments, **options):
    done = act(*arguments, **options)
    tap.expect(done.returncode == 0,
               f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def build(name, source, *options, language="c"):
    """A small program or library, its path; skips the case where it cannot be built."""
    path = os.path.join(WORK, name)
    with open(f"{path}.{language}", "w", encoding="utf-8") as file:
        file.write(source)
    command = [*options, f"{path}.{language}", "-o", path]
    if not shutil.which(command[0]) or tap.run(command).returncode != 0:
        raise tap.Skip(f"{' '.join(options)} does not work here")
    return path


def statistics(*command, settings=None):
    """A run's CompletedProcess and the object that it leaves."""
    path = os.path.join(WORK, "statistics.json")
    if os.path.exists(path):
        os.remove(path)
    done = run(*command, settings={**(settings or {}), "STATS_JSON": path})
    tap.expect(os.path.exists(path), f"no statistics of {command}: {done.stderr}")
    with open(path, encoding="utf-8") as file:
        return done, json.load(file)
