#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether scalepath is as fast as it was: ratios.py OUT check|record

Absolute times say more of the machine than of the program, so each is divided by that of a program that never
changes (reference.c). All run in turn, round after round, and the best of the rounds counts: other programs on the
machine make times longer and never shorter. `record` writes the ratios to recorded.json; `check` fails when one has
grown by more than 15 %, but not before many rounds: what was disturbed gets better, what was lost does not.

Times are those of the processor. A phase's is its share of the simulation's, so that waiting for a processor counts
for none. How much two threads gain is the one ratio of times on the clock, by what two programs at once gain.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from measure import FEWEST, MODERATE, QUARTERS, RM1, Phase, measure, scalepath

RECORDED = pathlib.Path(__file__).with_name("recorded.json")
LEAST_ROUNDS, MOST_ROUNDS, LOSS = 6, 30, 0.15
SCENARIOS = {"RM1": (RM1, 400_000), "moderate": (MODERATE, 10_000)}
PHASES = ("words", "quantiles", "steps", "streams", "cells", "sums")
DRAWS = ("tables", "exponentials", "triangular", "uniform", "searches")  # together: quantiles
THREADS, BUSY = "RM1, two threads", 0.25


def run_two(command):
    """Seconds on the clock of two of a program at once."""
    start = time.perf_counter()
    for one in [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]:
        one.wait()
    return time.perf_counter() - start


def measure_round(out, folder):
    """Seconds of each thing; and of phases, nanoseconds of a path-quarter on the clock."""
    times = {"two references": run_two(out / "reference")}
    for name, (scenario, paths) in SCENARIOS.items():
        reference = measure([out / "reference"])
        few, many = (measure(scalepath(out, scenario, 1, n, folder), phases=True) for n in (FEWEST, paths))
        times |= {f"reference beside {name}": reference.cpu, "reference": reference.seconds,
                  f"{name}, start-up": few.cpu, f"{name}, simulation": many.cpu - few.cpu}
        phases = {phase: cost for phase, cost in many.phases.items() if phase not in DRAWS}
        phases["quantiles"] = Phase(*map(sum, zip(*(many.phases[phase] for phase in DRAWS))))
        times |= {f"{name}, {phase}": cost.ns for phase, cost in phases.items()}
        times |= {f"{name}, values of {phase}": phases[phase].values for phase in PHASES}
    one, two = (measure(scalepath(out, RM1, threads, 1_000_000, folder)) for threads in (1, 2))
    return times | {"1 thread": one.seconds, "2 threads": two.seconds, "processors missing": 2 - two.cpu / two.seconds}


def find_ratios(rounds):
    """Each of the best times by that of the reference; that of two threads only where they had two processors."""
    best = {what: min(times[what] for times in rounds) for what in rounds[0]}
    ratios = {}
    for name, (_, paths) in SCENARIOS.items():
        reference = best[f"reference beside {name}"]
        path_quarter = best[f"{name}, simulation"] / reference / (paths - FEWEST) / QUARTERS * 1e9
        whole = sum(best[what] for what in best if what.startswith(f"{name}, ") and is_phase(what))
        ratios |= {f"{name}, start-up": best[f"{name}, start-up"] / reference,
                   f"{name}, path-quarter": path_quarter}
        ratios |= {f"{name}, {phase}": path_quarter * best[f"{name}, {phase}"] / whole /
                   best[f"{name}, values of {phase}"] for phase in PHASES}
    if best["processors missing"] > BUSY:
        return ratios
    return ratios | {THREADS: best["2 threads"] / best["1 thread"] / (best["two references"] / best["reference"] / 2)}


def is_phase(what):
    return not what.endswith((", start-up", ", simulation", ", all")) and ", values of " not in what


def find_lost(ratios, recorded):
    return [what for what, before in recorded.items() if what != THREADS or what in ratios
            if not ratios.get(what, float("inf")) <= (1 + LOSS) * before]


def check(out, folder):
    """Prints every ratio beside the recorded one; whether none was lost."""
    recorded, rounds, lost = json.loads(RECORDED.read_text()), [], True
    while len(rounds) < LEAST_ROUNDS or (lost and len(rounds) < MOST_ROUNDS):
        rounds.append(measure_round(out, folder))
        ratios = find_ratios(rounds)
        lost = find_lost(ratios, recorded)
    for what, before in recorded.items():
        if what == THREADS and what not in ratios:
            print(f"busy  {what}: not judged, the machine never had two processors for it")
            continue
        now = ratios.get(what, float("nan"))
        print(f"{'LOST' if what in lost else 'good'}  {what}: {now:.4g}, recorded {before:.4g} ({now / before - 1:+.0%})")
    print(f"times by the reference's, best of {len(rounds)} rounds; lost is what has grown by more than {LOSS:.0%}")
    return not lost


def record(out, folder):
    ratios = find_ratios([measure_round(out, folder) for _ in range(2 * LEAST_ROUNDS)])
    if THREADS not in ratios:
        print("the machine is busy: of two threads the ratio stays that recorded before")
        ratios[THREADS] = json.loads(RECORDED.read_text())[THREADS]
    RECORDED.write_text(json.dumps({what: float(f"{ratio:.4g}") for what, ratio in ratios.items()}, indent=2) + "\n")
    print(RECORDED.read_text(), end="")
    return True


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if (record if sys.argv[2] == "record" else check)(out, folder) else 1


if len(sys.argv) != 3 or sys.argv[2] not in ("check", "record"):
    sys.exit("usage: ratios.py OUT check|record")
sys.exit(main())
