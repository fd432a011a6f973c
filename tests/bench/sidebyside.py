#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RM1 by scalepath and by other programs, side by side; then scalepath's phases, memory and start-up: sidebyside.py OUT

A path-quarter's time is the difference of many and few paths, so that start-up, tables, the pilot and the file drop
out. Every round runs everything once, in turn, so that a machine that slows down slows all of it; the best of the
rounds counts. README.md in this folder says how to read the tables.
"""
import pathlib
import subprocess
import sys
import tempfile

from measure import (FEWEST, MODERATE, QUARTERS, RM1, TOP, least, measure, print_table, scalepath,
                     with_default_statistics)

ROUNDS = 5
ONE, TWO = "scalepath, 1 thread", "scalepath, 2 threads"
BY_HAND = "by hand, its kernels, 1 thread"
LEVELS = ("v4", "v3", "v2")  # of kernels, the best first
MANY_PATHS = 100_000_000

# What a program that does nothing else took for a value of a kind, in nanoseconds, on another machine (README.md,
# What limits each phase); a phase is held against 1.5 times that. What RM1 by hand takes here is shown beside it.
DRAWS = {"words": 0.30, "tables": 0.41, "exponentials": 0.86, "triangular": 0.49}
MANY_STREAMS = 1.62  # 3,600 of them; of the moderate scenario a path is counted in 4,192
MARKS = {"RM1": DRAWS | {"streams": 0.49}, "moderate": DRAWS | {"streams": MANY_STREAMS, "cells": MANY_STREAMS}}
ALLOWED = 1.5


class Case:
    """A program, and what was measured of it."""

    def __init__(self, name, many, few, command):
        self.name, self.many, self.few, self.command = name, many, few, command
        self.runs = ([], [])

    def run(self):
        for runs, paths in zip(self.runs, (self.many, self.few)):
            runs.append(measure(self.command(paths)))

    def best(self):
        return least(self.runs[0])

    def nanoseconds(self, of="seconds"):
        """Of a path-quarter: on the clock, or of processors ("cpu")."""
        many, few = (getattr(least(runs), of) for runs in self.runs)
        return (many - few) / (self.many - self.few) / QUARTERS * 1e9


def at_level(level, command):
    return ["env", f"SCALEPATH_KERNELS={level}", *command]


def lower_levels(out, folder):
    """Of those that this processor has, all but the best."""
    def runs(level):
        command = at_level(level, scalepath(out, RM1, 1, 64, folder))
        return subprocess.run([str(word) for word in command], capture_output=True).returncode == 0
    return [level for level in LEVELS if runs(level)][1:]


def cases(out, folder):
    """The other programs need not run so long: their time is the same for each path."""
    default = with_default_statistics(folder)
    yield Case("naive C, 1 thread", 150_000, 50_000, lambda n: [out / "naive_rm1", n, 1])
    yield Case("NumPy in blocks, 1 thread", 1_000_000, 100_000, lambda n: [TOP / "tests/bench/numpy_rm1.py", n, 1])
    yield Case("plain C, 2 threads", 1_000_000, 100_000, lambda n: [out / "plain_rm1", n, 1, 2])
    yield Case(BY_HAND, 1_000_000, 100_000, lambda n: [out / "fused_rm1", n, 1])
    for threads, name in ((1, ONE), (2, TWO)):
        yield Case(name, 4_000_000, 400_000, lambda n, t=threads: scalepath(out, RM1, t, n, folder))
    for level in lower_levels(out, folder):
        yield Case(f"{ONE}, kernels {level}", 500_000, 50_000,
                   lambda n, v=level: at_level(v, scalepath(out, RM1, 1, n, folder)))
    for threads, name in ((1, ONE), (2, TWO)):
        yield Case(f"{name}, default statistics", 500_000, 50_000,
                   lambda n, t=threads: scalepath(out, default, t, n, folder))


def print_side_by_side(out, folder):
    chosen = {case.name: case for case in cases(out, folder)}
    for _ in range(ROUNDS):
        for case in chosen.values():
            case.run()
    one, two = chosen[ONE], chosen[TWO]
    print_table([["RM1", "paths", "s", "ns", "cpu ns", "/ 1 thread", "/ 2 threads", "MiB"]] +
                [[case.name, f"{case.many:,}", f"{case.best().seconds:.2f}", f"{case.nanoseconds():.1f}",
                  f"{case.nanoseconds('cpu'):.1f}", f"{case.nanoseconds() / one.nanoseconds():.2f}",
                  f"{case.nanoseconds() / two.nanoseconds():.2f}", f"{case.best().memory:.0f}"]
                 for case in chosen.values()])
    print(f"ns: of a path-quarter; best of {ROUNDS} rounds. Two threads are "
          f"{one.nanoseconds() / two.nanoseconds():.2f} times as fast as one; 1.85 is asked of two idle cores.")


def find_phases(command):
    return least([measure(command, phases=True) for _ in range(ROUNDS)]).phases


def print_phases(out, folder, name, scenario, paths):
    """Where one thread's time goes; a value is a word, a draw, a step, a metric at one time or in one category."""
    phases = find_phases(scalepath(out, scenario, 1, paths, folder))
    by_hand = find_phases([out / "fused_rm1", 1_000_000, 1])
    rows = [[f"{name}, by phase", "ns/path-quarter", "values", "ns/value", "by hand", f"mark x {ALLOWED}", ""]]
    for phase, cost in phases.items():
        mark, each = MARKS[name].get(phase), cost.ns / cost.values if cost.values else None
        other = by_hand.get(phase)
        rows.append([phase, f"{cost.ns:.2f}", f"{cost.values:.2f}" if each else "", f"{each:.3f}" if each else "",
                     f"{other.ns / other.values:.3f}" if other and other.values else "",
                     f"{ALLOWED * mark:.2f}" if mark and each else "",
                     "" if not (mark and each) else "within" if each <= ALLOWED * mark else f"{each / mark / ALLOWED:.2f} times"])
    print()
    print_table(rows)


def print_memory(out, folder):
    """Memory must not grow with the paths."""
    few, many = (measure(scalepath(out, RM1, 2, paths, folder)) for paths in (1_000_000, MANY_PATHS))
    print(f"\nRM1, 2 threads: {few.memory:.1f} MiB with 1,000,000 paths, {many.memory:.1f} MiB with {MANY_PATHS:,} "
          f"(in {many.seconds:.0f} s)")


def print_startup(out, folder):
    """A run of so few paths is all start-up: reading, tables, pilot, statistics, writing and verifying the file."""
    costs = [least([measure(scalepath(out, scenario, 2, FEWEST, folder), phases=True) for _ in range(2 * ROUNDS)])
             for scenario in (RM1, MODERATE)]
    print()
    print_table([["start-up, ms", "RM1", "of processors", "moderate", "of processors"]] +
                [[part] + [f"{ms:.1f}" for cost in costs for ms in cost.parts[part]] for part in costs[0].parts] +
                [["whole process"] + [f"{1e3 * seconds:.1f}" for cost in costs for seconds in cost[:2]]])
    print("2 threads. 60 ms are asked of RM1, 250 of the moderate scenario.")


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        print_side_by_side(out, folder)
        print_phases(out, folder, "RM1", RM1, 1_000_000)
        print_phases(out, folder, "moderate", MODERATE, 200_000)
        print_memory(out, folder)
        print_startup(out, folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: sidebyside.py OUT")
    main()
