# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the statistics of a result file against the values of the independent simulator.

Means, standard deviations and shortfalls by the standard errors that both programs have when they sample the same law:
the variances of both are taken together, so that a rare event which one of them has not seen does no harm. Percentiles
in probability: below what scalepath calls P25 there must lie a quarter of this program's values, but for sampling error
of both; so no density has to be estimated, and values that many paths share do no harm. Extremes by how many values of
the one lie beyond all values of the other.
"""
import numpy as np
from scipy.special import ndtri

PERCENTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
FEW = 500  # of fewer values, errors are not known well
ROUNDING = 1e-9


def rounding(there, *values):
    """How far values may lie apart for no other reason than rounding, as small ones may that are differences of large."""
    largest = max((abs(there[end][0]) for end in ("min", "max") if np.isfinite(there[end][0])), default=0)
    return ROUNDING * max(1e-3 * largest, 1e-6, *(abs(value) for value in values if np.isfinite(value)))


def distance(there, here, n_there, sd_there, n_here, sd_here, room=0.0):
    """Between two means, in standard errors; what has none must be equal but for rounding."""
    away = max(abs(there - here) - room, 0)
    if away <= ROUNDING * max(abs(there), abs(here), 1e-6):
        return 0.0
    variance = (n_there * sd_there**2 + n_here * sd_here**2) / (n_there + n_here)
    se = np.sqrt(variance * (1 / n_there + 1 / n_here))
    return away / se if se > 0 else np.inf


def share_distance(there, here, n_there, n_here):
    """Between two shares."""
    p = (there * n_there + here * n_here) / (n_there + n_here)
    sd = np.sqrt(max(p * (1 - p), 0))
    return distance(there, here, n_there, sd, n_here, sd)


def beyond(count, n_there, n_here):
    """In standard errors: that `count` values of the one lie beyond all of the other, of which there are n_there."""
    log10 = count * np.log10(n_here / (n_there + n_here))
    return -ndtri(max(10**log10 / 2, 1e-300)) if count else 0.0


class Failures:
    def __init__(self, sigmas):
        self.sigmas, self.made, self.worst, self.failed = sigmas, 0, 0.0, []

    def tell(self, metric, time, statistic, there, here, z):
        self.made += 1
        self.worst = max(self.worst, z)
        if not z <= self.sigmas:
            self.failed.append((z, metric, time, statistic, there, here))


class Comparison:
    """Of quarters, fiscal years and the horizon, over all paths."""

    def __init__(self, result, page, paths, failures):
        self.result, self.page, self.paths, self.tell = result, page, paths, failures.tell
        self.missing = {metric for metric, _ in result.table}
        self.extra = set()

    def period(self, period):
        for metric, x in period.column.items():
            self.metric(metric, period.name, x)
        for metric, (above, below) in period.ratios.items():
            self.ratio(metric, period.name, period.column[above], period.column[below])

    def found(self, metric, time):
        self.missing.discard(metric)
        if (metric, time) not in self.result.table:
            self.extra.add(metric)
        return self.result.table.get((metric, time))

    def metric(self, metric, time, x):
        there = self.found(metric, time)
        if there is None:
            return
        x = np.broadcast_to(np.asarray(x, float), self.paths)
        finite = np.isfinite(x)
        defined = x if finite.all() else x[finite]
        self.undefined(metric, time, there, len(defined) / len(x))
        if len(defined) >= FEW and there["count"][0] >= FEW:
            if not np.isnan(there["mean"][0]):
                self.moments(metric, time, there, defined)
                self.shortfall(metric, time, there, defined)
            self.extremes(metric, time, there, defined)
        self.percentiles(metric, time, there, x if len(defined) == len(x) else x[~np.isnan(x)])

    def undefined(self, metric, time, there, share):
        expected = there["undefined"][0]
        z = share_distance(expected, 1 - share, self.result.paths, self.paths)
        self.tell(metric, time, "undefined", expected, 1 - share, z)

    def moments(self, metric, time, there, x):
        n, n_there = len(x), there["count"][0]
        mean, sd = x.mean(), x.std(ddof=1)
        sd_there = there["sd"][0]
        self.tell(metric, time, "mean", there["mean"][0], mean,
                  distance(there["mean"][0], mean, n_there, sd_there, n, sd))  # fmt: skip
        if sd == 0 or sd_there == 0:
            return  # the same on all paths, or so rare that one program has not seen it: then the mean tells
        square = ((x - mean) / sd) ** 2
        kurtosis = np.mean(square * square)
        spread = sd * max(np.sqrt(max(kurtosis - 1, 0)) / 2, 3 / np.sqrt(n))  # of a fair coin the first is 0
        z = distance(sd_there, sd, n_there, (there["sd"][1] or 0) * np.sqrt(n_there), n, spread)
        self.tell(metric, time, "sd", sd_there, sd, z)

    def shortfall(self, metric, time, there, x):
        """es5 = q - E max(q - x, 0) / 0.05 for the quantile q; a wrong q changes it in the second order only."""
        is_low = self.page.metric(metric)[1] == "low"
        q, (value, se) = there["p5" if is_low else "p95"][0], there["es5"]
        if np.isnan(value):
            return
        short = np.maximum(q - x if is_low else x - q, 0)
        mean, sd = short.mean() / 0.05, short.std() / 0.05
        low, high = self.result.bins[metric, time].around(value)
        n_there = there["count"][0]
        here = q - mean if is_low else q + mean
        room = (high - low) / 2 + rounding(there)
        z = distance(value, here, n_there, (0 if np.isnan(se) else se) * np.sqrt(n_there), len(x), sd, room)
        self.tell(metric, time, "es5", value, here, z)

    def extremes(self, metric, time, there, x):
        bins, n_there, n = self.result.bins[metric, time], there["count"][0], len(x)
        room = rounding(there, there["min"][0], there["max"][0])
        low, high = x.min(), x.max()
        for name, here, mine, theirs in (
            ("min", low, np.count_nonzero(x < there["min"][0] - room), bins.below(low - room)),
            ("max", high, np.count_nonzero(x > there["max"][0] + room), bins.above(high + room)),
        ):
            self.tell(metric, time, name, there[name][0], here, max(beyond(mine, n_there, n), beyond(theirs, n, n_there)))

    def percentiles(self, metric, time, there, x):
        if len(x) < 100:
            return
        bins, n_there = self.result.bins[metric, time], self.result.paths * len(x) / self.paths
        for name, p in PERCENTILES.items():
            value = there[name][0]
            if np.isnan(value):
                continue
            low, high = bins.around(value)
            room = 0 if np.isinf(value) else rounding(there, low, high)
            below, up_to = np.count_nonzero(x < low - room) / len(x), np.count_nonzero(x <= high + room) / len(x)
            away = max(p - up_to, below - p, 0)
            z = away / np.sqrt(p * (1 - p) * (1 / len(x) + 1 / n_there))
            here = np.quantile(x, p, method="inverted_cdf") if z > 3 else value
            self.tell(metric, time, name, value, here, z)

    def ratio(self, metric, time, above, below):
        """Its sd is left out: where denominators come near 0 the law may have none."""
        there = self.found(metric, time)
        if there is None:
            return
        above, below = (np.broadcast_to(np.asarray(x, float), self.paths) for x in (above, below))
        known = below > 0
        self.undefined(metric, time, there, known.mean())
        ratio = above.mean() / below.mean() if below.mean() > 0 else np.nan
        value, se = there["mean"]
        if not np.isnan(value) and np.isfinite(ratio):
            n_there, sd = self.result.paths, np.std(above - ratio * below, ddof=1) / below.mean()
            z = distance(value, ratio, n_there, se * np.sqrt(n_there), self.paths, sd)
            self.tell(metric, time, "mean", value, ratio, z)
        x = above[known] / below[known]
        if len(x) >= FEW and there["count"][0] >= FEW:
            self.shortfall(metric, time, there, x)
            self.extremes(metric, time, there, x)
        self.percentiles(metric, time, there, x)
