# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what a result file says by tier against the independent simulator: metrics over the path-quarters spent in a
tier, and how paths pass through tiers.

Quarters of one path resemble each other. So paths are taken together in groups, all quarters of a path in one, and
errors follow from how the groups differ: a mean, or a share below a percentile, is a sum over the groups divided by
another.
"""
import numpy as np

from compare import FEW, distance, rounding, share_distance
from result import Guess

GROUPS = 250
PERCENTILES = {"p5": 0.05, "p50": 0.50, "p95": 0.95}


class Layout:
    """The paths of a quarter in order of tier, and the group of each."""

    def __init__(self, tier, tiers):
        self.order = np.argsort(tier, kind="stable")
        self.ends = np.searchsorted(tier[self.order], np.arange(tiers + 1))
        self.group = self.order * GROUPS // len(tier)

    def of(self, tier):
        """Places and groups of the paths in a tier."""
        inside = slice(self.ends[tier], self.ends[tier + 1])
        return self.order[inside], self.group[inside]


class Pool:
    """One metric in one tier: sums by group."""

    def __init__(self, there, is_low):
        self.there, self.is_low = there, is_low
        self.within = {name: self.around(there[name][0]) for name in PERCENTILES}
        names = ("all", "defined", "sum", "square", "divisor", "short", *((name, side) for name in PERCENTILES for side in "<="))
        self.sums = {name: np.zeros(GROUPS) for name in names}
        self.low, self.high = np.inf, -np.inf

    def around(self, value):
        low, high = Guess(self.there).around(value)
        room = rounding(self.there, low, high)
        return low - room, high + room

    def to(self, name, group, weights=None):
        self.sums[name] += np.bincount(group, weights, GROUPS)

    def add(self, x, group):
        """Values of a stock or flow, all of them defined."""
        self.to("all", group)
        self.to("sum", group, x)
        self.to("square", group, (x - self.there["mean"][0]) ** 2)
        self.distribute(x, group)

    def add_ratio(self, above, below, group):
        self.to("all", group)
        self.to("sum", group, above)
        self.to("divisor", group, below)
        known = below > 0
        self.distribute(above[known] / below[known], group[known])

    def distribute(self, x, group):
        self.to("defined", group)
        if not np.isnan(self.there["es5"][0]):
            q = self.there["p5" if self.is_low else "p95"][0]
            self.to("short", group, np.maximum(q - x if self.is_low else x - q, 0))
        for name, (low, high) in self.within.items():
            self.to((name, "<"), group[x < low])
            self.to((name, "="), group[x <= high])


class TierComparison:
    def __init__(self, result, page, paths, failures):
        self.result, self.paths, self.tell = result, paths, failures.tell
        self.tiers = result.tier_names
        self.pools = {(m, tier): Pool(there, page.metric(m)[1] == "low") for (m, tier), there in result.tiers.items()}
        self.missing = {metric for metric, _ in result.tiers}
        self.passage = None

    def quarter(self, period):
        if not self.tiers:
            return
        if self.passage is None:
            self.passage = Passage(self.result, period.opening_tier)
        self.passage.move(period.tier)
        layout = Layout(period.tier, len(self.tiers))
        for i, tier in enumerate(self.tiers):
            place, group = layout.of(i)
            if len(place):
                self.add(period, tier, place, group)

    def add(self, period, tier, place, group):
        def values(name):
            return np.broadcast_to(np.asarray(period.column[name], float), self.paths)[place]

        for metric in period.column:
            if (metric, tier) in self.pools:
                self.missing.discard(metric)
                self.pools[metric, tier].add(values(metric), group)
        for metric, (above, below) in period.ratios.items():
            if (metric, tier) in self.pools:
                self.missing.discard(metric)
                self.pools[metric, tier].add_ratio(values(above), values(below), group)

    def end(self):
        for (metric, tier), pool in self.pools.items():
            if metric not in self.missing:
                self.pooled(metric, tier, pool)
        if self.passage and self.result.passage:
            self.passage.compare(self.paths, self.tell)

    # --- One metric in one tier ---

    def pooled(self, metric, tier, pool):
        there, sums = pool.there, pool.sums
        self.quarters(metric, tier, there["count"][0], sums["defined"])
        if there["undefined"][0] > 0 or np.any(sums["all"] > sums["defined"]):
            self.share(metric, tier, "undefined", there["undefined"][0], sums["all"] - sums["defined"], sums["all"])
        if min(there["count"][0], sums["defined"].sum()) < FEW or np.count_nonzero(sums["all"]) < GROUPS / 5:
            return  # in so few groups that they do not tell how they differ
        divisor = sums["divisor"] if np.any(sums["divisor"]) else sums["all"]
        room = max(rounding(self.result.tiers[metric, other]) for other in self.tiers)  # sums are about a common centre
        self.mean(metric, tier, there["mean"], sums["sum"], divisor, room)
        if there["sd"][1] > 0 and np.any(sums["square"]):
            self.sd(metric, tier, there["sd"], sums)
        if there["es5"][1] >= 0 and 0.05 * min(there["count"][0], sums["defined"].sum()) >= FEW:
            self.shortfall(metric, tier, pool)
        for name in PERCENTILES:
            if not np.isnan(there[name][0]):
                self.percentile(metric, tier, name, pool)

    def over(self, sums, numbers):
        """A sum of sums over a sum of numbers; its standard deviation for a path."""
        total = numbers.sum()
        r = sums.sum() / total
        return r, np.std(sums - r * numbers, ddof=1) * np.sqrt(GROUPS) / total * np.sqrt(self.paths)

    def quarters(self, metric, tier, count, numbers):
        """Path-quarters for each path."""
        expected, here = count / self.result.paths, numbers.sum() / self.paths
        sd = np.std(numbers, ddof=1) * np.sqrt(GROUPS / self.paths)
        sd = max(sd, np.sqrt(max(expected, here)))  # of few, at least that of a count
        self.tell(metric, tier, "count", expected, here,
                  distance(expected, here, self.result.paths, sd, self.paths, sd))  # fmt: skip

    def share(self, metric, tier, name, expected, sums, numbers, away=None):
        here, sd = self.over(sums, numbers)
        p = min(max(expected, 1e-9), 1 - 1e-9)
        sd = max(sd, np.sqrt(p * (1 - p) * self.paths / numbers.sum()))  # at least that of quarters without likeness
        near = here if away is None else expected + away
        self.tell(metric, tier, name, expected, here,
                  distance(expected, near, self.result.paths, sd, self.paths, sd))  # fmt: skip

    def mean(self, metric, tier, expected, sums, numbers, room):
        if np.isnan(expected[0]) or numbers.sum() <= 0:
            return
        here, sd = self.over(sums, numbers)
        sd_there = 0 if np.isnan(expected[1]) else expected[1] * np.sqrt(self.result.paths)
        self.tell(metric, tier, "mean", expected[0], here,
                  distance(expected[0], here, self.result.paths, sd_there, self.paths, sd, room))  # fmt: skip

    def sd(self, metric, tier, expected, sums):
        variance, sd = self.over(sums["square"], sums["all"])
        here = np.sqrt(variance)
        sd_there = expected[1] * np.sqrt(self.result.paths)
        self.tell(metric, tier, "sd", expected[0], here,
                  distance(expected[0], here, self.result.paths, sd_there, self.paths, sd / 2 / here))  # fmt: skip

    def shortfall(self, metric, tier, pool):
        (value, se), q = pool.there["es5"], pool.there["p5" if pool.is_low else "p95"][0]
        mean, sd = self.over(pool.sums["short"] / 0.05, pool.sums["defined"])
        low, high = pool.around(value)
        here = q - mean if pool.is_low else q + mean
        self.tell(metric, tier, "es5", value, here,
                  distance(value, here, self.result.paths, se * np.sqrt(self.result.paths), self.paths, sd, (high - low) / 2))

    def percentile(self, metric, tier, name, pool):
        p, numbers = PERCENTILES[name], pool.sums["defined"]
        below, up_to = pool.sums[name, "<"], pool.sums[name, "="]
        value = pool.there[name][0]
        if below.sum() > p * numbers.sum():
            self.share(metric, tier, f"{name}, {value:.10g}: share below", p, below, numbers)
        elif up_to.sum() < p * numbers.sum():
            self.share(metric, tier, f"{name}, {value:.10g}: share up to it", p, up_to, numbers)
        else:
            self.tell(metric, tier, name, p, p, 0.0)


class Passage:
    """How paths move through tiers."""

    def __init__(self, result, opening):
        self.result, self.tiers = result, len(result.tier_names)
        paths = len(opening)
        self.now, self.place = opening, np.arange(paths)
        self.spent = np.zeros((self.tiers, paths), int)
        self.first = np.zeros((self.tiers, paths), int)  # quarter of entry, from 1; 0: never so far
        self.skipped, self.fell = np.zeros((self.tiers, paths), bool), np.zeros((self.tiers, paths), bool)
        self.cannot_skip = np.arange(self.tiers)[:, None] <= opening
        self.occupancy = []

    def move(self, tier):
        level = np.arange(self.tiers)[:, None]
        self.occupancy.append([np.mean(tier == i) for i in range(self.tiers)])
        self.skipped |= (level < tier) & (self.first == 0) & ~self.cannot_skip
        self.fell |= (level == self.now) & (tier < self.now)
        self.first = np.where((level == tier) & (self.first == 0), len(self.occupancy), self.first)
        self.spent += level == tier
        self.now = tier

    def shares(self):
        """Name of an array in the file -> the same shares here."""
        quarters = len(self.occupancy)
        counted = np.where(self.first == 0, quarters + 1, self.first) - 1
        return {
            "occupancy": np.array(self.occupancy),
            "entry": np.array([np.bincount(row, minlength=quarters + 1) for row in counted]) / len(self.now),
            "dwell": np.array([np.bincount(row, minlength=quarters + 1) for row in self.spent]) / len(self.now),
            "still_inside": np.array([np.mean(self.now == i) for i in range(self.tiers)]),
            "skipped": self.skipped.mean(axis=1),
            "fell_back": self.fell.mean(axis=1),
        }

    def compare(self, paths, tell):
        for name, here in self.shares().items():
            there = self.result.passage[name][0]
            for at in np.ndindex(here.shape):
                z = share_distance(there[at], here[at], self.result.paths, paths)
                tell(f"tiers: {name}", "", str(at), there[at], here[at], z)
        mean, sd = self.spent.mean(axis=1), self.spent.std(axis=1)
        for i, (value, se) in enumerate(zip(*self.result.passage["mean_quarters"])):
            z = distance(value, mean[i], self.result.paths, se * np.sqrt(self.result.paths), paths, sd[i])
            tell("tiers: mean_quarters", "", self.result.tier_names[i], value, mean[i], z)
