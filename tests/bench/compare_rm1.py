#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RM1 by scalepath and by the programs beside it, figure by figure: compare_rm1.py OUT [PATHS]

All simulate the same number of paths with random numbers that have nothing in common, so a figure of one less that of
scalepath has sqrt(2) times its standard error. A figure further away than 5 of these fails. With right standard
errors, |z| > 5 happens to a normal figure once in 1.7 million; some 1,000 figures (many of them dependent) give a false
alarm in less than one comparison of 2,000. All seeds are fixed, so a run that passed passes again. What the standard
errors are of a tier with few paths is itself uncertain: figures of fewer than 1,000 path-quarters are left out.
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
    return {(row["metric"], row["time"] or row["tier"], row["statistic"]): (row["value"], row["se"])
            for row in rows} | occupancies(rows, paths * QUARTERS)


def occupancies(rows, all_quarters):
    """The share of all path-quarters that were spent in a tier."""
    return {("tier", row["tier"], "share"): (row["value"] / all_quarters, row["se"] / all_quarters) for row in rows
            if row["tier"] and row["metric"] == "cost.total" and row["statistic"] == "count"}


def run_other(program, paths):
    """Key, value, and how many values are behind it."""
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


def compare_figure(ours, key, value):
    """The distance in standard errors, or a text when there is none."""
    if key not in ours:
        return f"{key}: scalepath has no such figure"
    mine, error = ours[key]
    if mine is not None and error is None and time_or_tier(key) in TIERS:
        return None  # no error is claimed where groups of paths cannot tell the tail of a tier
    if mine is None or error is None or error <= 0:
        return f"{key}: scalepath says {mine}, standard error {error}"
    return (mine - value) / (math.sqrt(2) * error)


def compare(ours, name, program, paths):
    """Whether all figures of a program agree with scalepath's; says how well."""
    worst, compared, left_out, wrong = (0, ("", "", "")), 0, 0, []
    for key, value, count in run_other(program, paths):
        z = compare_figure(ours, key, value) if count >= FEWEST else None
        if z is None:
            left_out += 1
        elif isinstance(z, str):
            wrong.append(z)
        else:
            compared += 1
            worst = max(worst, (abs(z), key))
            if abs(z) > LIMIT:
                wrong.append(f"{name}, {key}: {ours[key][0]:.8g} and {value:.8g} differ by {z:+.1f} standard errors")
    expected = len(METRICS) * QUARTERS * 7
    if compared < expected:
        wrong.append(f"{name}: only {compared} figures compared, expected at least {expected}")
    metric, where, statistic = worst[1]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"rm1: {compared} figures of {paths:,} paths, scalepath and {name}: largest |z| {worst[0]:.2f} "
          f"({statistic} of {metric}, {where}), limit {LIMIT}; {left_out} of rare tiers left out")
    return not wrong


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    paths = int(sys.argv[2]) if len(sys.argv) > 2 else 400_000
    ours = run_scalepath(out / "scalepath", paths)
    others = (("naive C", out / "naive_rm1"), ("plain C", out / "plain_rm1"), ("by hand", out / "fused_rm1"),
              ("NumPy", TOP / "tests/bench/numpy_rm1.py"))
    return 0 if all([compare(ours, name, program, paths) for name, program in others]) else 1


if len(sys.argv) < 2:
    sys.exit("usage: compare_rm1.py OUT [PATHS]")
sys.exit(main())
