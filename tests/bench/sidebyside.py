#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RM1 by scalepath and by other programs, and the moderate scenario, side by side: bench OUT

A path-quarter's time is the difference of many and few paths, so that start-up, tables, the pilot and the file drop
out; start-up is what is then left of the short run. Every round runs everything once, in turn, so that a machine that
slows down slows all of it; medians of the rounds are shown. Memory is the largest resident set.
"""
import pathlib
import statistics
import sys
import tempfile

from measure import MODERATE, RM1, TOP, measure, phases, print_table, scalepath, without_results

ROUNDS, QUARTERS = 5, 12
PHASE_ROUNDS = 3
ONE, TWO = "scalepath, 1 thread", "scalepath, 2 threads"


class Case:
    """A program with a scenario, and what was measured of it."""

    def __init__(self, name, many, few, command):
        self.name, self.many, self.few, self.command = name, many, few, command
        self.runs = []

    def run(self):
        self.runs.append((measure(self.command(self.many)), measure(self.command(self.few))))

    def nanoseconds(self, of="seconds"):
        """Of a path-quarter, in each round: on the clock, or of processors ("cpu")."""
        return [(getattr(many, of) - getattr(few, of)) / (self.many - self.few) / QUARTERS * 1e9
                for many, few in self.runs]

    def median(self, of="seconds"):
        return statistics.median(self.nanoseconds(of))

    def startup(self):
        return statistics.median(few.seconds - ns * 1e-9 * self.few * QUARTERS
                                 for (_, few), ns in zip(self.runs, self.nanoseconds()))

    def seconds(self):
        return statistics.median(many.seconds for many, _ in self.runs)

    def memory(self):
        return max(cost.memory for pair in self.runs for cost in pair)


def cases(out, folder):
    """The other programs need not run so long: their time is the same for each path."""
    whole = without_results(folder)
    yield Case("naive C, 1 thread", 150_000, 50_000, lambda n: [out / "naive_rm1", n, 1])
    yield Case("NumPy in blocks, 1 thread", 1_000_000, 100_000, lambda n: [TOP / "tests/bench/numpy_rm1.py", n, 1])
    yield Case("plain C, 2 threads", 1_000_000, 100_000, lambda n: [out / "plain_rm1", n, 1, 2])
    for name, threads in ((ONE, 1), (TWO, 2)):
        yield Case(name, 1_000_000, 100_000, lambda n, t=threads: scalepath(out, RM1, t, n, folder))
    yield Case("scalepath, all metrics, 1 thread", 500_000, 50_000, lambda n: scalepath(out, whole, 1, n, folder))
    for threads in (1, 2):
        yield Case(f"moderate, {threads} thread{'s' * (threads - 1)}", 250_000, 50_000,
                   lambda n, t=threads: scalepath(out, MODERATE, t, n, folder))


def row(case, one, two):
    """The ratios are of RM1 only: the other scenario does other work."""
    def ratio(other):
        return "-" if "moderate" in case.name else f"{case.median() / other.median():.2f}"
    return [case.name, f"{case.many:,}", f"{case.seconds():.2f}", f"{min(case.nanoseconds()):.1f}",
            f"{case.median():.1f}", f"{case.median('cpu'):.1f}", ratio(one), ratio(two), f"{case.startup():.3f}", f"{case.memory():.0f}"]


def print_memory(out, folder):
    """Memory must not grow with the paths."""
    sizes = [measure(scalepath(out, RM1, 2, paths, folder)).memory for paths in (1_000_000, 10_000_000)]
    print(f"RM1, 2 threads: {sizes[0]:.1f} MiB with 1,000,000 paths, {sizes[1]:.1f} MiB with 10,000,000")


def print_phases(out, folder):
    """Where one thread's time goes: of the rounds the one that was disturbed least."""
    for name, scenario, paths in (("RM1", RM1, 1_000_000), ("moderate", MODERATE, 50_000)):
        rounds = [phases(scalepath(out, scenario, 1, paths, folder)) for _ in range(PHASE_ROUNDS)]
        header, *rows = min(rounds, key=lambda table: float(table[-1][1]))
        print()
        print_table([[f"{name}, by phase", *header[1:]]] + [row + [""] * (len(header) - len(row)) for row in rows])


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        chosen = {case.name: case for case in cases(out, folder)}
        for _ in range(ROUNDS):
            for case in chosen.values():
                case.run()
        print_table([["", "paths", "s", "ns best", "ns median", "cpu ns", "/ 1 thread", "/ 2 threads", "start-up s", "MiB"]] +
                    [row(case, chosen[ONE], chosen[TWO]) for case in chosen.values()])
        for first, second in ((ONE, TWO), ("moderate, 1 thread", "moderate, 2 threads")):
            print(f"two threads: {chosen[first].median() / chosen[second].median():.2f} times one ({first})")
        print_memory(out, folder)
        print_phases(out, folder)
    print(f"RM1 where nothing else is said. ns: of a path-quarter, from the difference of two numbers of paths, start-up "
          f"left out; {ROUNDS} rounds; cpu ns: of all processors together. / 1 thread: how many times the time of scalepath on one thread.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: bench OUT")
    main()
