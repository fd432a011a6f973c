#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RM1 by scalepath and by the plain program, figure by figure: compare_rm1.py PROGRAM NAIVE [PATHS]

Both simulate the same number of paths with generators that have nothing in common, so a figure of one less that of
the other has sqrt(2) times scalepath's standard error. A figure further away than 5 of these fails. With right
standard errors, |z| > 5 happens to a normal figure once in 1.7 million; some 770 figures (many of them dependent)
give a false alarm in less than one run of 2,000. Both seeds are fixed, so a run that passed passes again. What the
standard errors are of a tier with few paths is itself uncertain: figures of fewer than 1,000 path-quarters are left out.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
METRICS = ("users", "paid", "mrr", "cost.ai", "cost.voice", "cost.infrastructure", "cost.total", "cash")
TIERS = ("current", "optimized", "scaled", "enterprise", "global")
QUARTERS = 12
LIMIT = 5
FEWEST = 1000


def time_or_tier(key):
    """The time or tier of a figure's key."""
    return key[1]


def run_scalepath(program, paths):
    """Figures and their standard errors, by (metric, time or tier, statistic)."""
    metrics = json.dumps(METRICS + ("cash.below_zero",))
    with tempfile.TemporaryDirectory() as folder:
        result = str(pathlib.Path(folder) / "rm1.h5")
        text = subprocess.run([program, "run", str(TOP / "tests/bench/rm1.toml"), "--paths", str(paths), "--seed", "1",
                               "--set", f"results.metrics={metrics}", "-o", result, "--json"],
                              capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in text.splitlines()]
    return {(row["metric"], row["time"] or row["tier"], row["statistic"]): (row["value"], row["se"]) for row in rows
            if not (row["time"] and row["tier"])} | occupancies(rows)


def occupancies(rows):
    """The share of all path-quarters that were spent in a tier: mean quarters over quarters."""
    return {("tier", row["tier"], "share"): (row["value"] / QUARTERS, row["se"] / QUARTERS) for row in rows
            if row["metric"] == "tier.quarters" and row["statistic"] == "mean"}


def run_naive(program, paths):
    text = subprocess.run([program, str(paths), "2"], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        metric, quarter, statistic, value = line.split(",")
        if metric.startswith("tier."):
            tier = TIERS[int(metric[5:])]
            if statistic == "count":
                count = int(value)
                yield ("tier", tier, "share"), count / (paths * QUARTERS), count
            else:
                yield ("cost.total", tier, statistic), float(value), count
        else:
            yield (metric, quarter, statistic), float(value), paths


def main():
    paths = int(sys.argv[3]) if len(sys.argv) > 3 else 400_000
    ours = run_scalepath(sys.argv[1], paths)
    worst, compared, left_out, wrong = (0, None), 0, 0, []
    for key, value, count in run_naive(sys.argv[2], paths):
        if count < FEWEST:
            left_out += 1
            continue
        if key not in ours:
            wrong.append(f"{key}: scalepath has no such figure")
            continue
        mine, error = ours[key]
        if mine is not None and error is None and time_or_tier(key) in TIERS:
            left_out += 1  # no error is claimed where groups of paths cannot tell the tail of a tier
            continue
        if mine is None or error is None or error <= 0:
            wrong.append(f"{key}: scalepath says {mine}, standard error {error}")
            continue
        z = (mine - value) / (math.sqrt(2) * error)
        compared += 1
        worst = max(worst, (abs(z), key))
        if abs(z) > LIMIT:
            wrong.append(f"{key}: {mine:.8g} and {value:.8g} differ by {z:+.1f} standard errors")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    metric, where, statistic = worst[1] or ("", "", "")
    print(f"rm1: {compared} figures of {paths:,} paths, scalepath and naive: largest |z| {worst[0]:.2f} "
          f"({statistic} of {metric}, {where}), limit {LIMIT}; {left_out} of rare tiers left out")
    expected = len(METRICS) * QUARTERS * 7
    if compared < expected:
        print(f"only {compared} figures compared, expected at least {expected}")
    return 1 if wrong or compared < expected else 0


if len(sys.argv) < 3:
    sys.exit("usage: compare_rm1.py PROGRAM NAIVE [PATHS]")
sys.exit(main())
