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
QUARTERS = 12  # of both
FEWEST = 64  # paths of a run that is all start-up

# Seconds on the clock; seconds of all processors together, which other programs on the machine change less; the
# largest resident set in MiB; and of a run of scalepath its phases, by name (Phase).
Cost = collections.namedtuple("Cost", "seconds cpu memory phases")
# Nanoseconds and values of a path-quarter.
Phase = collections.namedtuple("Phase", "ns values")

try:
    os.nice(-10)  # where that is allowed others on the machine disturb less
except PermissionError:
    pass


def read_phases(text):
    """The table that scalepath prints of its phases."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("phase ")), len(lines))
    rows = [line.split() for line in lines[start + 1:]]
    return {row[0]: Phase(float(row[1]), float(row[2]) if len(row) > 2 else 0) for row in rows if row}


def measure(arguments, phases=False):
    """The cost of running a program."""
    start = time.perf_counter()
    done = subprocess.Popen([str(argument) for argument in arguments], stdout=subprocess.DEVNULL, text=True,
                            stderr=subprocess.PIPE, env=os.environ | ({"SCALEPATH_PHASES": "1"} if phases else {}))
    text = done.stderr.read()
    _, status, usage = os.wait4(done.pid, 0)
    seconds = time.perf_counter() - start
    done.returncode = status
    if status:
        sys.exit(f"failed: {' '.join(done.args)}\n{text}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, read_phases(text))


def least(costs):
    """The best of some runs of one program: what else the machine does can only make a time longer."""
    return Cost(min(cost.seconds for cost in costs), min(cost.cpu for cost in costs),
                max(cost.memory for cost in costs),
                min((cost.phases for cost in costs), key=lambda p: p["all"].ns if p else 0))


def scalepath(out, scenario, threads, paths, folder, *more):
    """The command of one run."""
    return [out / "scalepath", "run", scenario, "--threads", threads, "--paths", paths,
            "-o", f"{folder}/result.h5", "--force", *more]


def with_default_statistics(folder):
    """RM1 with all metrics and everything by tier, which is the default: a copy without its table [results]."""
    before, rest = RM1.read_text().split("[results]")
    scenario = pathlib.Path(folder) / "rm1-default.toml"
    scenario.write_text(before + rest[rest.index("[start]"):])
    return scenario


def print_table(rows):
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]),
              flush=True)
