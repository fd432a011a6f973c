# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs and taking their time: what the scripts of this folder share."""
import collections
import os
import pathlib
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
RM1, MODERATE = TOP / "tests/bench/rm1.toml", TOP / "scenarios/moderate.toml"


# Seconds on the clock; seconds of all processors together, which other programs on the machine hardly change; the
# largest resident set in MiB.
Cost = collections.namedtuple("Cost", "seconds cpu memory")


def measure(arguments):
    """The cost of running a program."""
    arguments = [str(argument) for argument in arguments]
    start = time.perf_counter()
    pid = os.posix_spawn(arguments[0], arguments, os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"failed: {' '.join(arguments)}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def phases(arguments):
    """What the phases of one run took: rows of the table that scalepath prints of them, the header first."""
    done = subprocess.run([str(argument) for argument in arguments], env=os.environ | {"SCALEPATH_PHASES": "1"},
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"failed: {' '.join(str(argument) for argument in arguments)}")
    lines = done.stderr.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("phase "))
    return [line.split() for line in lines[start:] if line]


def scalepath(out, scenario, threads, paths, folder, *more):
    """The command of one run."""
    return [out / "scalepath", "run", scenario, "--threads", threads, "--paths", paths,
            "-o", f"{folder}/result.h5", "--force", *more]


def without_results(folder):
    """RM1 with all metrics and everything by tier: a copy without its table [results]."""
    before, rest = RM1.read_text().split("[results]")
    scenario = pathlib.Path(folder) / "rm1-all.toml"
    scenario.write_text(before + rest[rest.index("[start]"):])
    return scenario


def print_table(rows):
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]))
