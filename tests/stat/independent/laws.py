# SPDX-License-Identifier: GPL-3.0-or-later
"""Probability laws by their quantile functions, from the tables *Laws* and *Drawn parameters* of models/README.md."""
import re

import numpy as np
from scipy import special, stats


def number(node):
    """A plain number: 0.05, "5%", { value = 0.05 }; None when it is something else."""
    if isinstance(node, dict):
        return number(node["value"]) if "value" in node else None
    if isinstance(node, str) and node.endswith("%"):
        return float(node[:-1]) / 100
    return float(node) if isinstance(node, (int, float)) else None


def logit(u):
    return np.log(u) - np.log1p(-u)


class Law:
    """ppf(u), the quantile; cdf(x) = P(X <= x); before(x) = P(X < x); its support low .. high."""

    low, high = -np.inf, np.inf

    def before(self, x):
        return self.cdf(x)


class Known(Law):
    """A law that scipy has."""

    def __init__(self, law):
        self.law = law
        self.low, self.high = law.support()
        self.is_discrete = isinstance(law.dist, stats.rv_discrete)

    def ppf(self, u):
        return self.law.ppf(u)

    def cdf(self, x):
        return self.law.cdf(x)

    def before(self, x):
        return self.law.cdf(np.ceil(x) - 1 if self.is_discrete else x)


class Separate(Law):
    """A few values, each with a weight."""

    def __init__(self, values, weights):
        order = np.argsort(values)
        self.values = np.asarray(values, float)[order]
        self.up_to = np.cumsum(np.asarray(weights, float)[order])
        self.up_to /= self.up_to[-1]
        self.low, self.high = self.values[0], self.values[-1]

    def ppf(self, u):
        return self.values[np.minimum(np.searchsorted(self.up_to, u), len(self.values) - 1)]

    def cdf(self, x):
        return np.concatenate([[0], self.up_to])[np.searchsorted(self.values, x, side="right")]

    def before(self, x):
        return np.concatenate([[0], self.up_to])[np.searchsorted(self.values, x, side="left")]


def inverse(increasing, y, low, high, steps=80):
    """x with increasing(x) >= y, by halving; ends that are infinite are found first."""
    y = np.atleast_1d(np.asarray(y, float))
    low = np.full(y.shape, low if np.isfinite(low) else -1.0)
    high = np.full(y.shape, high if np.isfinite(high) else 1.0)
    while np.any(bad := increasing(low) > y):
        low = np.where(bad, 4 * np.minimum(low, -1), low)
    while np.any(bad := increasing(high) < y):
        high = np.where(bad, 4 * np.maximum(high, 1), high)
    for _ in range(steps):
        middle = (low + high) / 2
        enough = increasing(middle) >= y
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


class Bounded:
    """T of the page: stretches the distance from the bounds of a law over the whole line."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    def to(self, x):
        if np.isfinite(self.low) and np.isfinite(self.high):
            return np.log((x - self.low) / (self.high - x))
        if np.isfinite(self.low):
            return np.log(x - self.low)
        return -np.log(self.high - x) if np.isfinite(self.high) else x

    def back(self, y):
        if np.isfinite(self.low) and np.isfinite(self.high):
            return self.low + (self.high - self.low) * special.expit(y)
        if np.isfinite(self.low):
            return self.low + np.exp(y)
        return self.high - np.exp(-y) if np.isfinite(self.high) else y


class Metalog(Law):
    def __init__(self, p, x, low, high):
        self.low, self.high = low, high
        self.scale = Bounded(low, high)
        self.a = np.linalg.solve(self.terms(np.asarray(p), len(p)).T, self.scale.to(np.asarray(x, float)))

    @staticmethod
    def terms(u, n):
        """1, L, c L, c, c^2, c^2 L, c^3, c^3 L, .."""
        c, L = u - 0.5, logit(u)
        first = [np.ones_like(c), L, c * L, c]
        rest = [c ** (k // 2) * (L if k % 2 else 1) for k in range(4, n)]
        return np.array((first + rest)[:n])

    def ppf(self, u):
        return self.scale.back(np.tensordot(self.a, self.terms(u, len(self.a)), 1))

    def cdf(self, x):
        return inverse(self.ppf, x, 1e-300, 1 - 1e-16)


class Mixture(Law):
    def __init__(self, weights, laws):
        self.weights, self.laws = np.asarray(weights) / np.sum(weights), laws
        self.low, self.high = min(law.low for law in laws), max(law.high for law in laws)

    def cdf(self, x):
        return sum(w * law.cdf(x) for w, law in zip(self.weights, self.laws))

    def before(self, x):
        return sum(w * law.before(x) for w, law in zip(self.weights, self.laws))

    def ppf(self, u):
        return inverse(self.cdf, u, min(law.ppf(1e-10) for law in self.laws), max(law.ppf(1 - 1e-10) for law in self.laws))


class Within(Law):
    def __init__(self, law, low, high):
        self.law = law
        self.low, self.high = max(low, law.low), min(high, law.high)
        self.below, self.up_to = law.before(low), law.cdf(high)

    def ppf(self, u):
        return self.law.ppf(self.below + u * (self.up_to - self.below))

    def cdf(self, x):
        return np.clip((self.law.cdf(x) - self.below) / (self.up_to - self.below), 0, 1)

    def before(self, x):
        return np.clip((self.law.before(x) - self.below) / (self.up_to - self.below), 0, 1)


class Widened(Law):
    def __init__(self, law, k):
        self.law, self.k = law, k
        self.low, self.high = law.low, law.high
        self.scale = Bounded(law.low, law.high)
        self.centre = self.scale.to(law.ppf(0.5))

    def ppf(self, u):
        return self.scale.back(self.centre + self.k * (self.scale.to(self.law.ppf(u)) - self.centre))

    def cdf(self, x):
        return self.law.cdf(self.scale.back(self.centre + (self.scale.to(x) - self.centre) / self.k))


def percentiles(node):
    """p and x of p10 = .., p50 = .."""
    found = sorted((float(key[1:]) / 100, number(x)) for key, x in node.items() if re.match(r"p[\d.]+$", key))
    return [p for p, _ in found], [x for _, x in found]


def through_two(p, x):
    """Mean and standard deviation of the normal law through two percentiles."""
    z = special.ndtri(p)
    sd = (x[1] - x[0]) / (z[1] - z[0])
    return x[0] - sd * z[0], sd


def lognormal_of(a):
    """mu and sigma of the three ways to give a lognormal."""
    if "mu" in a:
        return a["mu"], a["sigma"]
    if "median" in a:
        return np.log(a["median"]), a["sigma"]
    square = np.log1p((a["sd"] / a["mean"]) ** 2)
    return np.log(a["mean"]) - square / 2, np.sqrt(square)


def pert(a):
    width, weight = a["max"] - a["min"], a.get("lambda", 4)
    return stats.beta(
        1 + weight * (a["mode"] - a["min"]) / width,
        1 + weight * (a["max"] - a["mode"]) / width,
        loc=a["min"],
        scale=width,
    )


KNOWN = {
    "uniform": lambda a: stats.uniform(a["min"], a["max"] - a["min"]),
    "normal": lambda a: stats.norm(a["mean"], a["sd"]),
    "lognormal": lambda a: stats.lognorm(lognormal_of(a)[1], scale=np.exp(lognormal_of(a)[0])),
    "triangular": lambda a: stats.triang((a["mode"] - a["min"]) / (a["max"] - a["min"]), a["min"], a["max"] - a["min"]),
    "pert": pert,
    "beta": lambda a: stats.beta(a["a"], a["b"]),
    "gamma": lambda a: stats.gamma(a["shape"], scale=a["scale"]),
    "exponential": lambda a: stats.expon(scale=a["mean"]),
    "weibull": lambda a: stats.weibull_min(a["shape"], scale=a["scale"]),
    "student_t": lambda a: stats.t(a["df"], a["loc"], a["scale"]),
    "logistic": lambda a: stats.logistic(a["loc"], a["scale"]),
    "pareto": lambda a: stats.pareto(a["shape"], scale=a["min"]),
    "binomial": lambda a: stats.binom(a["n"], a["p"]),
    "poisson": lambda a: stats.poisson(a["mean"]),
    "negative_binomial": lambda a: stats.nbinom(a["r"], a["p"]),
}


def plain_law(name, node):
    if name == "mixture":
        return Mixture([part["weight"] for part in node.values()], [law_of(part) for part in node.values()])
    if name in ("discrete", "empirical"):
        return Separate(node["values"], node.get("weights", np.ones(len(node["values"]))))
    p, x = percentiles(node)
    if name == "normal" and p:
        return Known(stats.norm(*through_two(p, x)))
    if name == "lognormal" and p:
        mu, sigma = through_two(p, np.log(x))
        return Known(stats.lognorm(sigma, scale=np.exp(mu)))
    a = {key: number(value) for key, value in node.items()}
    if name == "bernoulli":
        return Separate([0, 1], [1 - a["p"], a["p"]])
    if name == "constant":
        return Separate([a["value"]], [1])
    return Known(KNOWN[name](a))


FAMILIES = {*KNOWN, "constant", "bernoulli", "discrete", "empirical", "mixture"}


def family(node):
    """The name of the law in { normal = { .. }, each = .. }; None for percentiles."""
    return next((key for key in node if key in FAMILIES), None)


def end(text):
    return float(text)  # "-inf" too


def law_of(node):
    """The law of a value that is not a plain number and has no drawn parameters."""
    name = family(node)
    if name:
        law = plain_law(name, node[name])
    else:
        p, x = percentiles(node)
        low, high = number(node.get("min", "")), number(node.get("max", ""))
        law = Metalog(p, x, -np.inf if low is None else low, np.inf if high is None else high)
    if "within" in node:
        law = Within(law, *map(end, node["within"]))
    if "widen" in node:
        law = Widened(law, node["widen"])
    return law


# --- Laws with drawn parameters: x from u and the parameters of the quarter ---


def z(u):
    return special.ndtri(u)


def drawn_lognormal(u, a):
    if "mu" in a:
        return np.exp(np.minimum(a["mu"] + a["sigma"] * z(u), 700))
    if "median" in a:
        return a["median"] * np.exp(a["sigma"] * z(u))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.minimum(np.where(a["mean"] > 0, a["sd"] / a["mean"], 0), np.sqrt(np.expm1(100.0)))
    square = np.log1p(ratio**2)
    return a["mean"] * np.exp(np.sqrt(square) * z(u) - square / 2)


def drawn_triangular(u, a):
    low, mode = a["min"], np.maximum(a["mode"], a["min"])
    high = np.maximum(a["max"], mode)
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u * (high - low) < mode - low, left, right)


ANY, FROM_ZERO, SHARE, COUNT = (-1e15, 1e15), (0, 1e15), (0, 1), (0, 1e9)
PARAMETER_BOUNDS = {
    ("uniform", "min"): ANY, ("uniform", "max"): ANY,
    ("normal", "mean"): ANY, ("normal", "sd"): FROM_ZERO,
    ("lognormal", "mu"): (-300, 300), ("lognormal", "sigma"): (0, 10), ("lognormal", "median"): FROM_ZERO,
    ("lognormal", "mean"): FROM_ZERO, ("lognormal", "sd"): FROM_ZERO,
    ("triangular", "min"): ANY, ("triangular", "mode"): ANY, ("triangular", "max"): ANY,
    ("gamma", "scale"): FROM_ZERO, ("weibull", "scale"): FROM_ZERO, ("exponential", "mean"): FROM_ZERO,
    ("student_t", "loc"): ANY, ("student_t", "scale"): FROM_ZERO,
    ("logistic", "loc"): ANY, ("logistic", "scale"): FROM_ZERO,
    ("pareto", "min"): FROM_ZERO, ("bernoulli", "p"): SHARE,
    ("binomial", "n"): COUNT, ("binomial", "p"): SHARE, ("poisson", "mean"): COUNT,
}  # fmt: skip

DRAWN = {
    "uniform": lambda u, a: a["min"] + (np.maximum(a["max"], a["min"]) - a["min"]) * u,
    "normal": lambda u, a: a["mean"] + a["sd"] * z(u),
    "lognormal": drawn_lognormal,
    "triangular": drawn_triangular,
    "gamma": lambda u, a: a["scale"] * stats.gamma(a["shape"]).ppf(u),
    "weibull": lambda u, a: a["scale"] * stats.weibull_min(a["shape"]).ppf(u),
    "exponential": lambda u, a: -a["mean"] * np.log1p(-u),
    "student_t": lambda u, a: a["loc"] + a["scale"] * stats.t(a["df"]).ppf(u),
    "logistic": lambda u, a: a["loc"] + a["scale"] * logit(u),
    "pareto": lambda u, a: a["min"] * (1 - u) ** (-1 / a["shape"]),
    "bernoulli": lambda u, a: (u > 1 - a["p"]).astype(float),
    "binomial": lambda u, a: stats.binom.ppf(u, np.floor(a["n"] + 0.5), a["p"]),
    "poisson": lambda u, a: stats.poisson.ppf(u, a["mean"]),
}
