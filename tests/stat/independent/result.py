# SPDX-License-Identifier: GPL-3.0-or-later
"""A result file of scalepath: every figure with its standard error, and the bins in which values were counted."""
import os
import subprocess
import tempfile

import h5py
import numpy as np


class Bins:
    """Where values of one metric at one time were counted: edges and counts of bins, and values counted exactly."""

    def __init__(self, edges=(), counts=(), atoms=(), atom_counts=()):
        self.edges, self.counts = np.asarray(edges), np.asarray(counts)[:-1]
        self.atoms, self.atom_counts = np.asarray(atoms), np.asarray(atom_counts)

    def around(self, value):
        """The ends of the bin that a value lies in, within which its place is not known; the value itself when all near
        it were counted exactly."""
        i = np.searchsorted(self.edges, value, side="right")
        if not 0 < i < len(self.edges) or (value in self.atoms and self.counts[i - 1] == 0):
            return value, value
        return self.edges[i - 1], self.edges[i]

    def below(self, x):
        """How many values are certainly lower."""
        bins, atoms = self.edges[1:] <= x, self.atoms < x
        return int(self.counts[bins].sum() + self.atom_counts[atoms].sum()) - self.infinite(-1)

    def above(self, x):
        bins, atoms = self.edges[:-1] >= x, self.atoms > x
        return int(self.counts[bins].sum() + self.atom_counts[atoms].sum()) - self.infinite(1)

    def infinite(self, sign):
        """Ranks of undefined values, which are no values."""
        return int(self.atom_counts[self.atoms == sign * np.inf].sum())


class Guess:
    """Bins that the file does not tell: 128 to each doubling of the distance from the centre, in units of the scale."""

    def __init__(self, figures):
        self.centre = figures["p50"][0]
        self.scale = (figures["p75"][0] - figures["p25"][0]) / 2

    def around(self, value):
        if not np.isfinite([self.centre, self.scale, value]).all():
            return value, value
        room = (2 ** (1 / 128) - 1) * (max(abs(value - self.centre), abs(value)) + self.scale)
        return value - room, value + room


def texts(array):
    return [x.decode() if isinstance(x, bytes) else x for x in array[:]]


def figures_of(group):
    """metric -> (values, standard errors)"""
    errors = group["standard_error"][:]
    return {name: (group[name][:], errors[row]) for row, name in enumerate(texts(group["metric"]))}


def stretches(group, first, number, arrays):
    """The pieces of the arrays that belong to one metric and time, by (row of metric, row of time)."""
    if first not in group:
        return lambda place: ()
    starts, lengths, data = group[first][:], group[number][:], [group[name][:] for name in arrays]
    return lambda place: [part[starts[place]:starts[place] + lengths[place]] for part in data]


def bins_of(histograms, axis):
    """(metric, time) -> Bins."""
    edges = stretches(histograms, "first_edge", "edges", ("edge_value", "count"))
    atoms = stretches(histograms, "first_atom", "atoms", ("atom_value", "atom_count"))
    return {(metric, time): Bins(*(edges((i, j)) or ((), ())), *(atoms((i, j)) or ((), ())))
            for i, metric in enumerate(texts(histograms["metric"])) for j, time in enumerate(texts(histograms[axis]))}


class Result:
    """table: (metric, time) -> statistic -> (value, standard error); bins alike; tiers: (metric, tier) -> the same;
    passage: name -> (values, errors), as the file has them."""

    def __init__(self, file):
        self.table, self.bins, self.tiers, self.passage = {}, {}, {}, {}
        self.tier_names = []
        with h5py.File(file, "r") as root:
            self.paths = int(root.attrs["paths"])
            base = root["base"]
            for axis in ("quarter", "fiscal_year", "horizon"):
                if axis in base:
                    self.read_axis(base[axis], base[f"histogram/{axis}"], axis)
            self.times = {time for _, time in self.table}
            if "tier" in base:
                self.read_tiers(base["tier"], base.get("tier_passage", {}))

    def read_axis(self, group, histograms, axis):
        statistics, times = texts(group["statistic"]), texts(group[axis])
        for metric, (values, errors) in figures_of(group).items():
            for row, time in enumerate(times):
                self.table[metric, time] = dict(zip(statistics, zip(values[row], errors[row])))
        self.bins.update(bins_of(histograms, axis))

    def read_tiers(self, group, passage):
        statistics, self.tier_names = texts(group["statistic"]), texts(group["tier"])
        for metric, (values, errors) in figures_of(group).items():
            for row, tier in enumerate(self.tier_names):
                self.tiers[metric, tier] = dict(zip(statistics, zip(values[row], errors[row])))
        for name in [name for name in passage if f"{name}.standard_error" in passage]:
            self.passage[name] = passage[name][:], passage[f"{name}.standard_error"][:]


def run(program, arguments, paths, read):
    """What `read` makes of the file of a run of scalepath."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "result.h5")
        subprocess.run([program, "run", *arguments, "--paths", str(paths), "-o", file], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        return read(file)


def metric_names(file):
    with h5py.File(file, "r") as root:
        return set(texts(root["metrics/metric"]))
