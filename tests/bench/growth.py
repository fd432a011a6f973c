#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How time and memory grow with paths, quarters, components, risks, variants and metrics: growth.py OUT [--all]

Each series should be a straight line. One is fitted to the times, each weighted by what it is a part of (least squares
of relative errors), and the largest departure is shown. A point is the processor's time, the best of some rounds, all points once a round.
The points with most paths are left out when they would take longer than LONGEST seconds each, unless --all is given.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from measure import MODERATE, RM1, measure, print_table, scalepath

ROUNDS, LONGEST = 3, 4
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
    """Name, and for each point its size and the command."""
    yield "paths, RM1", [(10 ** k, scalepath(out, RM1, 1, 10 ** k, folder)) for k in range(3, 9)]
    yield "paths, moderate", [(10 ** k, scalepath(out, MODERATE, 1, 10 ** k, folder)) for k in range(3, 7)]
    for name, scenario, paths in (("RM1", RM1, 200_000), ("moderate", MODERATE, 30_000)):
        yield (f"quarters, {name}",
               [(n, scalepath(out, scenario, 1, paths, folder, "--set", f"time.quarters={n}"))
                for n in (4, 8, 12, 20, 40, 80)])
    yield "components, RM1", [(n, scalepath(out, with_text(f"components-{n}", components(n), folder), 1, 200_000, folder))
                              for n in (1, 4, 8, 16, 32)]
    yield "risks, RM1", [(n, scalepath(out, with_text(f"risks-{n}", risks(n), folder), 1, 200_000, folder))
                         for n in (0, 4, 8, 16, 32)]
    for name, scenario, paths in (("RM1", RM1, 200_000), ("moderate", MODERATE, 10_000)):
        yield f"variants, {name}", [(n, [out / "variants", scenario, paths, n]) for n in (1, 2, 4, 8)]
    names = metric_names(out, folder)
    yield "metrics, moderate", [(n, scalepath(out, MODERATE, 1, 50_000, folder, "--set", "results.metrics=" +
                                              str(names[:n]).replace("'", '"')))
                                for n in sorted({5, 10, 20, 30, len(names)}) if n <= len(names)]


def fit(points):
    """Intercept and slope of the line with the least relative errors."""
    w = [1 / y ** 2 for _, y in points]
    sw = sum(w)
    mx, my = (sum(wi * p[i] for wi, p in zip(w, points)) / sw for i in (0, 1))
    slope = (sum(wi * (x - mx) * (y - my) for wi, (x, y) in zip(w, points)) /
             sum(wi * (x - mx) ** 2 for wi, (x, _) in zip(w, points)))
    return my - slope * mx, slope


def expected(best, sizes, i):
    """The seconds that the i-th size is likely to take: what the last took over the first, in proportion."""
    if i == 0:
        return 0
    first, last = best[sizes[0]][0], best[sizes[i - 1]][0]
    return last + (last - first) * (sizes[i] / max(sizes[i - 1], 1) - 1)


def run(points, everything):
    """Best time and largest memory of each size. Those that take long are run once, or not at all."""
    best, sizes = {}, [size for size, _ in points]
    for turn in range(ROUNDS):
        for i, (size, command) in enumerate(points):
            if turn == 0 and not everything and expected(best, sizes, i) > LONGEST:
                break
            if turn > 0 and best.get(size, (LONGEST + 1, 0))[0] > LONGEST:
                continue
            cost = measure(command)
            old = best.get(size, (cost.cpu, cost.memory))
            best[size] = (min(old[0], cost.cpu), max(old[1], cost.memory))
    return best


def main():
    out, everything = pathlib.Path(sys.argv[1]).resolve(), "--all" in sys.argv
    rows = [["growth with", "sizes", "cpu s", "MiB", "fixed s", "s per 1", "largest departure"]]
    with tempfile.TemporaryDirectory() as folder:
        for name, points in series(out, folder):
            best = run(points, everything)
            constant, slope = fit([(size, seconds) for size, (seconds, _) in best.items()])
            size, share = max(((size, seconds / (constant + slope * size) - 1) for size, (seconds, _) in best.items()),
                              key=lambda pair: abs(pair[1]))
            rows.append([name, " ".join(f"{n:,}" if n < 10_000 else f"{n:.0e}" for n in best),
                         " ".join(f"{s:.2f}" for s, _ in best.values()), " ".join(f"{m:.0f}" for _, m in best.values()),
                         f"{constant:.3f}", f"{slope:.2e}", f"{share:+.0%} at {size:,}"])
    print_table(rows)
    print(f"one thread, time of the processor, best of {ROUNDS}; a line through the times, and how far off it the worst point lies"
          + ("" if everything else f"; points of more than {LONGEST} s are left out (make bench ALL=yes has them)"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: growth.py OUT [--all]")
    main()
