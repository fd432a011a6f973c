#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model a second time, written from models/README.md alone, held against scalepath.

usage: independent.py OUT SCENARIO [--with OVERLAY ..], OUT such as build/release

Runs the scenario with both programs, with random numbers that have nothing to do with each other, and compares

- of every metric in every quarter, fiscal year and over the horizon: mean, standard deviation, share of undefined, P5,
  P25, P50, P75, P95, es5 and the extremes,
- of every metric by tier: the number of path-quarters, share of undefined, mean, standard deviation, P5, P50, P95, es5,
- how paths pass through tiers: shares by quarter, first quarters, time spent, who skips one, falls back, is in it last,
- of the one path at the centre: every metric in every quarter, and in the opening state, which must be the same.

All that the two share is the reader of scenarios (`scalepath check --resolved --json`); bounds, defaults of `each`, kinds
and adverse sides of metrics are read from the tables of the page. A difference of more than 5 standard errors is a
failure: by chance one comparison in 1.7 million. Seeds are fixed, so that a run either always passes or never.
"""
import os
import sys
from fnmatch import fnmatchcase

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "independent"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402

from centre import CentreComparison, Middle, workbook  # noqa: E402
from compare import Comparison, Failures  # noqa: E402
from page import Page  # noqa: E402
from result import Result, run  # noqa: E402
from scenario import Scenario  # noqa: E402
from simulate import simulate  # noqa: E402
from tiers import TierComparison  # noqa: E402

PATHS, PATHS_THERE, SIGMAS, SEED = 40_000, 40_000, 5, 2385
MOST_TOLD = 40


def at_centre(program, arguments, page, metrics, failures):
    centre, scenario = CentreComparison(workbook(program, arguments), metrics, failures.tell), Scenario(program, arguments)
    quarters = {scenario.quarter_name(t): t for t in range(1, scenario.quarters + 1)}
    for period in simulate(scenario, page, 1, Middle(), at_centre=True):
        if period.name == "opening":
            centre.opening(period)
        elif period.name in quarters:
            centre.quarter(quarters[period.name], period)


def kept(scenario, metrics):
    """Those that the scenario keeps in the result."""
    wanted = scenario.text("results.metrics", ["*"])
    return {metric for metric in metrics if any(fnmatchcase(metric, name) for name in wanted)}


def main():
    out, *arguments = sys.argv[1:]
    program = os.path.join(out, "scalepath")
    result = run(program, arguments, PATHS_THERE, Result)
    scenario, failures = Scenario(program, arguments), Failures(SIGMAS)
    page = Page(os.path.join(HERE, "..", "..", "models", "README.md"))
    periods = Comparison(result, page, PATHS, failures)
    tiers = TierComparison(result, page, PATHS, failures)
    for period in simulate(scenario, page, PATHS, np.random.default_rng(SEED)):
        if period.name in result.times or not scenario.has("results.times"):
            periods.period(period)
        if period.opening_tier is not None:
            tiers.quarter(period)
    tiers.end()
    at_centre(program, arguments, page, {metric for metric, _ in result.table}, failures)
    for z, metric, time, statistic, there, here in sorted(failures.failed, key=lambda f: -f[0])[:MOST_TOLD]:
        print(f"{metric} {time} {statistic}: scalepath {there:.10g}, independent {here:.10g}, {z:.1f} standard errors")
    missing = {"only scalepath has": periods.missing, "only the page has": kept(scenario, periods.extra),
               "only scalepath has by tier": tiers.missing}  # fmt: skip
    for what, names in missing.items():
        for name in sorted(names):
            print(f"{what} {name}")
    failed = len(failures.failed) + sum(len(names) for names in missing.values())
    print(f"independent simulator, {' '.join(arguments)}: {failures.made} comparisons, {failed} failed, "
          f"largest difference {failures.worst:.1f} standard errors")  # fmt: skip
    return 1 if failed or not failures.made else 0


if __name__ == "__main__":
    sys.exit(main())
