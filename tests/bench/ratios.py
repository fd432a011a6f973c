#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether scalepath is as fast as it was, measured by programs that do not change: ratios.py OUT check|record

A ratio is how many times faster scalepath is than a plain program that runs beside it, path by path; absolute times
say more of the machine than of the program. `record` writes them to recorded.json, `check` fails when one is smaller
by more than 15 %. Ratios are taken of the processor's time, the best of some rounds:
what else the machine does can only make a time longer. Two threads are left out: their gain needs idle processors.
"""
import json
import pathlib
import sys
import tempfile

from measure import RM1, measure, scalepath, without_results

RECORDED = pathlib.Path(__file__).with_name("recorded.json")
ROUNDS, LOSS = 5, 0.15


def programs(out, folder):
    """Name, many and few paths, and the command."""
    whole = without_results(folder)
    return {
        "naive": (90_000, 30_000, lambda n: [out / "naive_rm1", n, 1]),
        "plain 1": (400_000, 100_000, lambda n: [out / "plain_rm1", n, 1, 1]),
        "rm1 1": (1_500_000, 100_000, lambda n: scalepath(out, RM1, 1, n, folder)),
        "rm1 all 1": (500_000, 50_000, lambda n: scalepath(out, whole, 1, n, folder)),
    }


def measure_all(out):
    """The best time of a path of each program, of the processor."""
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for name, (many, few, command) in programs(out, folder).items():
                costs = [measure(command(n)) for n in (many, few)]
                times = [cost.cpu for cost in costs]
                kept = best.setdefault(name, [*times, many - few])
                kept[0], kept[1] = min(kept[0], times[0]), min(kept[1], times[1])
    return {name: (long - short) / paths for name, (long, short, paths) in best.items()}


def find_ratios(out):
    time = measure_all(out)
    return {
        "naive C / RM1, one thread": time["naive"] / time["rm1 1"],
        "plain C / RM1, one thread": time["plain 1"] / time["rm1 1"],
        "plain C / RM1 with all metrics, one thread": time["plain 1"] / time["rm1 all 1"],
    }


def check(found):
    """Prints every ratio beside the recorded one; whether none was lost."""
    recorded, good = json.loads(RECORDED.read_text()), True
    for name, before in recorded.items():
        now = found.get(name, 0)
        lost = now < (1 - LOSS) * before
        good = good and not lost
        print(f"{'LOST' if lost else 'good'}  {name}: {now:.2f}, recorded {before:.2f} ({now / before - 1:+.0%})")
    return good


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    found = find_ratios(out)
    if sys.argv[2] == "record":
        RECORDED.write_text(json.dumps({name: round(ratio, 3) for name, ratio in found.items()}, indent=2) + "\n")
        print(RECORDED.read_text(), end="")
        return 0
    return 0 if check(found) else 1


if len(sys.argv) != 3 or sys.argv[2] not in ("check", "record"):
    sys.exit("usage: ratios.py OUT check|record")
sys.exit(main())
