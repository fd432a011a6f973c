# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of all paths in a quarter, which the mechanisms read and write.

w[name] is a column of this quarter, w.old[name] of the one before (of the opening state in quarter 1), an array by
path or one number for all paths. w.value(key) is an assumption in force.
"""
import numpy as np

from assumptions import Assumptions


class World:
    def __init__(self, scenario, page, paths, random, at_centre=False):
        self.scenario, self.paths, self.random = scenario, paths, random
        self.assumptions = Assumptions(scenario, page, paths, self.random)
        if at_centre:
            self.assumptions.dependence.forget()
        self.is_whole = scenario.text("counts") == "whole" and not at_centre
        self.is_average = scenario.text("accrual") == "average"
        self.t = 0
        self.now, self.old = {}, {}
        self.lines = []  # (column, account) of this quarter's cost lines

    # --- Columns ---

    def __getitem__(self, name):
        return self.now[name]

    def __setitem__(self, name, x):
        self.now[name] = x

    def get(self, name, other=0.0):
        return self.now.get(name, other)

    def before(self, name, other=0.0):
        return self.old.get(name, other)

    def line(self, name, account, x):
        """Writes a cost line."""
        self.now[name] = x
        self.lines.append((name, account))

    def average(self, name):
        """avg(X): what flows of the quarter are based on."""
        return (self.before(name) + self.now[name]) / 2 if self.is_average else self.now[name]

    # --- Assumptions ---

    def has(self, key):
        return self.scenario.has(key)

    def value(self, key, default=None, opening=False):
        if default is not None and not self.has(key):
            return default
        return self.assumptions.value(key, opening)

    def opening(self, key, default=None):
        return self.value(key, default, opening=True)

    def account(self, key, default):
        return self.scenario.text(key, default)

    # --- Chance and whole people ---

    def rounded(self, x):
        return np.floor(x + 0.5) if self.is_whole else x

    def count(self, n, p):
        """B(n, p)."""
        if not self.is_whole:
            return n * p
        n, p = np.broadcast_to(n, self.paths), np.broadcast_to(p, self.paths)
        return self.random.binomial(n.astype(np.int64), p).astype(float)

    def arrivals(self, mean):
        """Po(mean)."""
        return self.random.poisson(np.broadcast_to(mean, self.paths)).astype(float) if self.is_whole else mean

    def relative_sum(self, x):
        """D(x, u): a lognormal with mean 1 and variance x."""
        if not self.is_whole:
            return 1.0
        q = np.sqrt(np.log1p(x))
        return np.exp(q * self.random.standard_normal(self.paths) - q**2 / 2)


def divide(a, b, otherwise):
    """a / b, and something else where b is 0."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.where(b == 0, otherwise, a / np.where(b == 0, 1, b))


def parts(shares):
    """Shares divided by their sum; alike where it is 0."""
    total = sum(shares)
    return [divide(share, total, 1 / len(shares)) for share in shares]
