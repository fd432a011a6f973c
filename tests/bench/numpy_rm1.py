#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RM1 with NumPy, tuned: numpy_rm1.py PATHS SEED

Vectorised over blocks of paths that fit into the processor's cache, written into arrays that are allocated once;
quantiles by np.partition, all levels of a metric at a time. Prints lines "metric,quarter,statistic,value"; for
tiers "tier.I,,statistic,value".
"""
import sys

import numpy as np

QUARTERS, BLOCK = 12, 4096
METRICS = ("users", "paid", "mrr", "cost.ai", "cost.voice", "cost.infrastructure", "cost.total", "cash")
USERS, PAID, MRR, AI, VOICE, INFRASTRUCTURE, COST, CASH = range(len(METRICS))
LEVELS = (5, 25, 50, 75, 95)
TIER_FROM = np.array([1000.0, 10000.0, 50000.0, 100000.0])
TIER_COST = np.array([500.0, 1500.0, 7500.0, 30000.0, 50000.0])


def pert(rng, low, mode, high, n):
    a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    return low + (high - low) * rng.beta(a, b, n)


def draw_inputs(rng, n):
    """What is drawn once a path; stories a quarter and their costs come as products."""
    free, paid = 3 * rng.gamma(4, 0.5, n), 3 * rng.gamma(4, 1.5, n)
    return {"growth": rng.normal(0.35, 0.10, n), "conversion": rng.beta(20, 180, n),
            "kept": (1 - rng.beta(8, 152, n)) ** 3, "price": rng.lognormal(np.log(15), 0.10, n),
            "ai_free": free * rng.triangular(0.10, 0.15, 0.25, n), "ai_paid": paid * pert(rng, 0.7, 1.0, 1.6, n),
            "voice_free": free * rng.triangular(0.015, 0.02, 0.03, n), "voice_paid": paid * pert(rng, 0.6, 0.9, 1.4, n)}


def draw_outages(rng, n):
    """Severities are drawn for the paths that have one."""
    cost = np.zeros(n)
    hit = np.flatnonzero(rng.random(n) < 0.05)
    cost[hit] = rng.lognormal(np.log(3000), 0.5, hit.size)
    return cost


def simulate_block(rng, value, tier):
    """Fills value[metric, quarter, path] and tier[quarter, path] of one block."""
    n = tier.shape[1]
    draw = draw_inputs(rng, n)
    shock, step, factor = rng.standard_normal((3, QUARTERS, n))
    growth = draw["growth"][None, :] * 0.9 ** np.arange(QUARTERS)[:, None] + 0.08 * shock
    users = value[USERS]
    np.cumsum(growth, axis=0, out=users)
    np.exp(users, out=users)
    users *= 500
    drift = np.exp(np.cumsum(0.03 * step - 0.02, axis=0))
    tier[:] = np.searchsorted(TIER_FROM, users.ravel(), side="right").reshape(QUARTERS, n)
    np.multiply(3 * TIER_COST[tier], np.exp(0.15 * factor), out=value[INFRASTRUCTURE])
    before, paid, cash = 500.0, 50.0, 250000.0
    for t in range(QUARTERS):
        paid = np.add(paid * draw["kept"], draw["conversion"] * np.maximum(users[t] - before, 0), out=value[PAID, t])
        free = np.maximum(users[t] - paid, 0)
        np.multiply(paid, draw["price"], out=value[MRR, t])
        np.multiply(free * draw["ai_free"] + paid * draw["ai_paid"], drift[t], out=value[AI, t])
        np.add(free * draw["voice_free"], paid * draw["voice_paid"], out=value[VOICE, t])
        cost = np.add(value[AI, t], value[VOICE, t], out=value[COST, t])
        cost += value[INFRASTRUCTURE, t]
        cost += draw_outages(rng, n)
        cash = np.add(cash, 3 * value[MRR, t] - cost, out=value[CASH, t])
        before = users[t]


def simulate(paths, seed):
    rng = np.random.Generator(np.random.SFC64(seed))
    value = np.empty((len(METRICS), QUARTERS, paths))
    tier = np.empty((QUARTERS, paths), dtype=np.uint8)
    room, labels = np.empty((len(METRICS), QUARTERS, BLOCK)), np.empty((QUARTERS, BLOCK), dtype=np.uint8)
    for first in range(0, paths, BLOCK):
        n = min(BLOCK, paths - first)
        simulate_block(rng, room[:, :, :n], labels[:, :n])
        value[:, :, first:first + n] = room[:, :, :n]
        tier[:, first:first + n] = labels[:, :n]
    return value, tier


def quantiles(x):
    """Linear between order statistics; x is reordered."""
    rank = (x.size - 1) * np.array(LEVELS) / 100
    below = rank.astype(int)
    above = np.minimum(below + 1, x.size - 1)
    x.partition(np.unique(np.concatenate((below, above))))
    return x[below] + (rank - below) * (x[above] - x[below])


def report(metric, quarter, x, with_sd):
    print(f"{metric},{quarter},mean,{x.mean():.17g}")
    if with_sd:
        print(f"{metric},{quarter},sd,{x.std(ddof=1):.17g}")
    for level, value in zip(LEVELS, quantiles(x)):
        print(f"{metric},{quarter},p{level},{value:.17g}")


def main():
    paths, seed = int(sys.argv[1]), int(sys.argv[2])
    value, tier = simulate(paths, seed)
    below_zero = np.count_nonzero(value[CASH, -1] < 0) / paths
    for k in range(len(TIER_COST)):
        cost = value[COST][tier == k]
        print(f"tier.{k},,count,{cost.size}")
        if cost.size > 1:
            report(f"tier.{k}", "", cost, False)
    for m, metric in enumerate(METRICS):
        for t in range(QUARTERS):
            report(metric, f"{2026 + t // 4}Q{t % 4 + 1}", value[m, t], True)
    print(f"cash.below_zero,2028Q4,mean,{below_zero:.17g}")


if len(sys.argv) != 3:
    sys.exit("usage: numpy_rm1.py PATHS SEED")
main()
