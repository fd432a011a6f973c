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
# largest resident set in MiB; and of a run of scalepath that is asked for them its phases (Phase, by name) and its
# parts (milliseconds on the clock, of the processor, by name).
Cost = collections.namedtuple("Cost", "seconds cpu memory phases parts")
# Nanoseconds and values of a path-quarter.
Phase = collections.namedtuple("Phase", "ns values")

try:
    os.nice(-10)  # where that is allowed others on the machine disturb less
except PermissionError:
    pass


def read_table(text, title):
    """Rows of a table that scalepath prints, name and numbers, until another begins or the end."""
    rows, inside = [], False
    for line in text.splitlines():
        if line.startswith(("part ", "phase ")):
            inside = line.startswith(title)
        elif inside and line:
            rows.append(line)
    return rows


def read_phases(text):
    rows = [line.split() for line in read_table(text, "phase ")]
    return {row[0]: Phase(float(row[1]), float(row[2]) if len(row) > 2 else 0) for row in rows}


def read_parts(text):
    """A name may have two words."""
    rows = [line.rsplit(maxsplit=2) for line in read_table(text, "part ")]
    return {row[0]: (float(row[1]), float(row[2])) for row in rows}


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
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, read_phases(text),
                read_parts(text))


def least(costs):
    """The best of some runs of one program: what else the machine does can only make a time longer."""
    undisturbed = min(costs, key=lambda cost: cost.phases["all"].ns if cost.phases else 0)
    return Cost(min(cost.seconds for cost in costs), min(cost.cpu for cost in costs),
                max(cost.memory for cost in costs), undisturbed.phases,
                {part: tuple(min(cost.parts[part][i] for cost in costs) for i in (0, 1)) for part in costs[0].parts})


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
