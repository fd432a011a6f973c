# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the statistics of a result file against the values of the independent simulator.

Means and standard deviations by their standard errors, both programs' added. Percentiles in probability: below what
scalepath calls P25 there must lie a quarter of this program's values, but for sampling error of both; so no density
has to be estimated, and values that many paths share do no harm.
"""
import json
import subprocess

import numpy as np

PERCENTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}


def read_result(program, file):
    """(metric, time) -> statistic -> (value, se), of all paths."""
    done = subprocess.run([program, "show", "--json", file], check=True, stdout=subprocess.PIPE, text=True)
    table = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if row["tier"] is None:
            table.setdefault((row["metric"], row["time"]), {})[row["statistic"]] = row["value"], row["se"]
    return table


class Comparison:
    def __init__(self, table, paths_there, sigmas):
        self.table, self.paths_there, self.sigmas = table, paths_there, sigmas
        self.made, self.worst, self.failures = 0, 0.0, []
        self.missing = {key[0] for key in table}
        self.extra = set()

    def tell(self, metric, time, statistic, there, here, z):
        self.made += 1
        self.worst = max(self.worst, z)
        if not z <= self.sigmas:
            self.failures.append((z, metric, time, statistic, there, here))

    def distance(self, there, se_there, here, se_here):
        """In standard errors; what has none must be equal but for rounding."""
        if abs(there - here) <= 1e-9 * max(abs(there), abs(here), 1e-6):
            return 0.0
        se = np.hypot(se_there or 0, se_here)
        return abs(there - here) / se if se > 0 else np.inf

    def period(self, time, columns, ratios):
        for metric, x in columns.items():
            self.metric(metric, time, x)
        for metric, (above, below) in ratios.items():
            self.ratio(metric, time, columns[above], columns[below])

    def found(self, metric, time):
        self.missing.discard(metric)
        if (metric, time) not in self.table:
            self.extra.add(metric)
        return self.table.get((metric, time))

    def metric(self, metric, time, x):
        there = self.found(metric, time)
        if there is None:
            return
        x = np.broadcast_to(np.asarray(x, float), self.paths)
        defined = x[np.isfinite(x)]
        self.undefined(metric, time, there, len(defined) / len(x))
        if there.get("mean", (None,))[0] is not None and len(defined) >= 500:  # of fewer, errors are not known well
            sd = defined.std(ddof=1)
            self.tell_mean(metric, time, there, defined.mean(), sd / np.sqrt(len(defined)))
            self.tell_sd(metric, time, there, defined, sd)
        ranked = x[~np.isnan(x)]
        self.percentiles(metric, time, there, ranked)

    def undefined(self, metric, time, there, share):
        expected, se = there["undefined"]
        self.tell(metric, time, "undefined", expected, 1 - share,
                  self.distance(expected, se, 1 - share, np.sqrt(share * (1 - share) / self.paths)))  # fmt: skip

    def tell_mean(self, metric, time, there, mean, se):
        self.tell(metric, time, "mean", there["mean"][0], mean, self.distance(*there["mean"], mean, se))

    def tell_sd(self, metric, time, there, x, sd):
        if sd == 0 or there["sd"][0] == 0:
            return  # the same on all paths, or so rare that one program has not seen it: then the mean tells
        kurtosis = np.mean(((x - x.mean()) / sd) ** 4)
        se = sd * np.sqrt(max(kurtosis - 1, 0) / len(x)) / 2
        z = self.distance(*there["sd"], sd, max(se, 3 * sd / len(x)))  # of a fair coin the first term is 0
        self.tell(metric, time, "sd", there["sd"][0], sd, z)

    def percentiles(self, metric, time, there, x):
        if len(x) < 100:
            return
        n_there = self.paths_there * len(x) / self.paths
        for name, p in PERCENTILES.items():
            value = there[name][0]
            if value is None:
                continue
            value = float(value)
            room = 0 if np.isinf(value) else abs(value) / 512 + 1e-12  # half a bin, in which values are spread evenly
            below, up_to = np.mean(x < value - room), np.mean(x <= value + room)
            away = max(p - up_to, below - p, 0)
            z = away / np.sqrt(p * (1 - p) * (1 / len(x) + 1 / n_there))
            self.tell(metric, time, name, value, np.quantile(x, p, method="inverted_cdf") if z > self.sigmas else value, z)

    def ratio(self, metric, time, above, below):
        there = self.found(metric, time)
        if there is None:
            return
        above, below = (np.broadcast_to(np.asarray(x, float), self.paths) for x in (above, below))
        known = below > 0
        self.undefined(metric, time, there, known.mean())
        ratio = above.mean() / below.mean() if below.mean() > 0 else np.nan
        if there["mean"][0] is not None and np.isfinite(ratio):
            se = np.std(above - ratio * below, ddof=1) / np.sqrt(self.paths) / below.mean()
            self.tell_mean(metric, time, there, ratio, se)
        self.percentiles(metric, time, there, above[known] / below[known])
