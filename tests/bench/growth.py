#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How time and memory grow with paths, quarters, components, risks, variants and metrics: growth.py OUT

Each series should be a straight line. One is fitted through the times of the processor (least squares of relative
errors); a series that has a point further off than STRAIGHT is no line, and then the phases of that point and of the
largest are measured and shown beside each other.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from measure import MODERATE, RM1, least, measure, print_table, scalepath

ROUNDS, LONG, LONGEST, STRAIGHT = 3, 4, 20, 0.15
RISK = '[risk.r{0}]\nper_quarter = 0.05\ncost = {{ lognormal = {{ median = 3_000, sigma = 0.5 }}, each = "quarter" }}\n'


def risks(count):
    return "".join(RISK.format(i) for i in range(count))


def components(count):
    return "".join(f"[component.c{i}]\nshare = {1 / count!r}\n" for i in range(count))


def with_text(name, text, folder):
    """RM1 with more tables; of all metrics those of RM1 are shown."""
    scenario = pathlib.Path(folder) / f"{name}.toml"
    scenario.write_text(RM1.read_text() + text)
    return scenario


def metric_names(out, folder):
    """All metrics of the moderate scenario that have values by quarter."""
    text = subprocess.run([str(part) for part in scalepath(out, MODERATE, 1, 1000, folder, "--json")],
                          capture_output=True, text=True, check=True).stdout
    return list(dict.fromkeys(row["metric"] for row in map(json.loads, text.splitlines())
                              if row["time"] and not row["metric"].startswith("tier.")))


def series(out, folder):
    """Name, and for each size the command."""
    def rm1(paths, *more, scenario=RM1):
        return scalepath(out, scenario, 1, paths, folder, *more)

    def moderate(paths, *more):
        return rm1(paths, *more, scenario=MODERATE)

    yield "paths, RM1", {10 ** k: rm1(10 ** k) for k in range(3, 9)}
    yield "paths, moderate", {10 ** k: moderate(10 ** k) for k in range(3, 6)}
    for name, run, paths in (("RM1", rm1, 300_000), ("moderate", moderate, 20_000)):
        yield f"quarters, {name}", {n: run(paths, "--set", f"time.quarters={n}") for n in (4, 8, 12, 20, 40, 80)}
    for name, text, sizes in (("components", components, (1, 4, 8, 16, 32)), ("risks", risks, (0, 4, 8, 16, 32))):
        yield f"{name}, RM1", {n: rm1(300_000, scenario=with_text(f"{name}-{n}", text(n), folder)) for n in sizes}
    for name, scenario, paths in (("RM1", RM1, 300_000), ("moderate", MODERATE, 10_000)):
        yield f"variants, {name}", {n: [out / "variants", scenario, paths, n] for n in (1, 2, 4, 8)}
    names = metric_names(out, folder)
    yield "metrics, moderate", {n: moderate(20_000, "--set", f"results.metrics={json.dumps(names[:n])}")
                                for n in sorted({5, 10, 20, 40, len(names)}) if n <= len(names)}


def fit(points):
    """Intercept and slope of the line with the least relative errors."""
    w = [1 / y ** 2 for _, y in points]
    mx, my = (sum(wi * p[i] for wi, p in zip(w, points)) / sum(w) for i in (0, 1))
    slope = (sum(wi * (x - mx) * (y - my) for wi, (x, y) in zip(w, points)) /
             sum(wi * (x - mx) ** 2 for wi, (x, _) in zip(w, points)))
    return my - slope * mx, slope


def run(points, phases=False):
    """The best cost of each size; those that take long are run once."""
    costs = {size: [] for size in points}
    for _ in range(ROUNDS):
        for size, command in points.items():
            if not costs[size] or costs[size][0].cpu < LONG:
                costs[size].append(measure(command, phases))
    return {size: least(runs) for size, runs in costs.items()}


def judge(best):
    """The line, and the size that lies furthest off it and how far."""
    constant, slope = fit([(size, cost.cpu) for size, cost in best.items()])
    return constant, slope, *max(((size, cost.cpu / (constant + slope * size) - 1) for size, cost in best.items()),
                                 key=lambda pair: abs(pair[1]))


def short(size):
    return f"{size:,}" if size < 10_000 else f"{size:.0e}"


def row(name, best):
    constant, slope, worst, departure = judge(best)
    verdict = "straight" if abs(departure) <= STRAIGHT else "NOT straight"
    return [name, " ".join(map(short, best)), " ".join(f"{cost.cpu:.2f}" for cost in best.values()),
            " ".join(f"{cost.memory:.0f}" for cost in best.values()), f"{constant:.3f}", f"{slope:.2e}",
            f"{verdict}: {departure:+.0%} at {worst:,}"]


def explain(name, points, best):
    """Where the time of the worst point goes, beside that of the largest which does not take LONGEST."""
    worst = judge(best)[2]
    other = max(size for size, cost in best.items() if size != worst and cost.cpu < LONGEST)
    costs = run({size: points[size] for size in (worst, other)}, phases=True)
    phases = {size: cost.phases for size, cost in costs.items()}
    print()
    print_table([[f"{name}, ns/path-quarter", f"at {worst:,}", f"at {other:,}"]] +
                [[phase, f"{cost.ns:.2f}", f"{phases[other][phase].ns:.2f}"] for phase, cost in phases[worst].items()])


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        all_series = {name: (points, run(points)) for name, points in series(out, folder)}
        print_table([["growth with", "sizes", "cpu s", "MiB", "fixed s", "s per 1", "a line?"]] +
                    [row(name, best) for name, (_, best) in all_series.items()])
        print(f"one thread; best of {ROUNDS}, of what takes more than {LONG} s the only one")
        for name, (points, best) in all_series.items():
            if abs(judge(best)[3]) > STRAIGHT and not name.startswith("variants"):  # which show no phases
                explain(name, points, best)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: growth.py OUT")
    main()
