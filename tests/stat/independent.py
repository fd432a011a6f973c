#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model a second time, written from models/README.md alone, held against scalepath.

usage: independent.py OUT SCENARIO [--with OVERLAY ..], OUT such as build/release

Runs the scenario with both programs, with random numbers that have nothing to do with each other, and compares mean,
standard deviation, share of undefined and P5, P25, P50, P75, P95 of every metric in every quarter, fiscal year and over
the horizon. All that the two share is the reader of scenarios (`scalepath check --resolved --json`); bounds, defaults of
`each` and kinds of metrics are read from the tables of the page. A difference of more than 5 standard errors is a
failure: by chance one comparison in 1.7 million. Seeds are fixed, so that a run either always passes or never.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "independent"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from compare import Comparison, read_result  # noqa: E402
from page import Page  # noqa: E402
from scenario import Scenario  # noqa: E402
from simulate import simulate  # noqa: E402

PATHS, PATHS_THERE, SIGMAS, SEED = 40_000, 100_000, 5, 2385
MOST_TOLD = 40


def run(program, arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "result.h5")
        subprocess.run([program, "run", *arguments, "--paths", str(PATHS_THERE), "-o", file], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        return read_result(program, file)


def main():
    out, *arguments = sys.argv[1:]
    program = os.path.join(out, "scalepath")
    comparison = Comparison(run(program, arguments), PATHS_THERE, SIGMAS)
    comparison.paths = PATHS
    page = Page(os.path.join(HERE, "..", "..", "models", "README.md"))
    for period in simulate(Scenario(program, arguments), page, PATHS, SEED):
        comparison.period(*period)
    for z, metric, time, statistic, there, here in sorted(comparison.failures, key=lambda f: -f[0])[:MOST_TOLD]:
        print(f"{metric} {time} {statistic}: scalepath {there:.10g}, independent {here:.10g}, {z:.1f} standard errors")
    for what, names in (("only scalepath has", comparison.missing), ("only the page has", comparison.extra)):
        for name in sorted(names):
            print(f"{what} {name}")
    failed = len(comparison.failures) + len(comparison.missing) + len(comparison.extra)
    print(f"independent simulator, {arguments[0]}: {comparison.made} comparisons, {failed} failed, "
          f"largest difference {comparison.worst:.1f} standard errors")  # fmt: skip
    return 1 if failed or not comparison.made else 0


if __name__ == "__main__":
    sys.exit(main())
