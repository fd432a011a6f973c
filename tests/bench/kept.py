#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast kept paths are written: kept.py OUT

RM1 on one thread with 200,000 paths of which all are kept, less the same with none: the processor's time for putting
them aside, hashing, writing, reading back and hashing again. Beside it, a plain write(2) of as many bytes to the same
folder. Time on the clock is given too, but it has the disk in it: a result is on the disk when the run ends. Every
file is a new one: to replace a file is to read it first, and to free what it took.
"""
import os
import pathlib
import sys
import tempfile
import time

from measure import RM1, least, measure, print_table, scalepath

PATHS, ROUNDS, PIECE = 200_000, 5, 1 << 18


def write_plainly(name, size):
    """Processor's and clock's seconds of writing so many bytes piece by piece, and waiting for the disk."""
    piece = os.urandom(PIECE)
    clock, processor = time.perf_counter(), time.process_time()
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for start in range(0, size, PIECE):
        os.write(file, piece[:size - start])
    os.fsync(file)
    os.close(file)
    return time.process_time() - processor, time.perf_counter() - clock


def main():
    out = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=out) as folder:
        result, kept, none, plain = pathlib.Path(folder) / "result.h5", [], [], []
        for _ in range(ROUNDS):
            none.append(measure(scalepath(out, RM1, 1, PATHS, folder)))
            size = -result.stat().st_size
            result.unlink()
            kept.append(measure(scalepath(out, RM1, 1, PATHS, folder, "--keep-paths", PATHS)))
            size += result.stat().st_size
            result.unlink()
            plain.append(write_plainly(f"{folder}/plain", size))
    kept, none = least(kept), least(none)
    times = {"kept paths": (kept.cpu - none.cpu, kept.seconds - none.seconds),
             "plain write": tuple(min(one) for one in zip(*plain))}
    rows = [[f"{size / 1e6:.0f} MB", "MB/s of processor", "MB/s on the clock"]]
    rows += [[what] + [f"{size / seconds / 1e6:.0f}" for seconds in both] for what, both in times.items()]
    ratios = [a / b for a, b in zip(times["kept paths"], times["plain write"])]
    rows.append(["kept (ratio of times)"] + [f"{ratio:.2f}" for ratio in ratios])
    print_table(rows)
    print(f"memory: {kept.memory:.0f} MiB, {none.memory:.0f} MiB with none kept")


main()
