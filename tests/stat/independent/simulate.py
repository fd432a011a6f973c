# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a scenario and tells every metric by path, period by period: quarters, fiscal years, the horizon."""
import numpy as np

import books
import costs
import money
import people
from events import Events
from world import World

STARTS = [
    people.start_growth, people.start_conversion, people.start_markets, people.start_partners, people.start_churn,
    money.start_revenue, costs.start_usage, costs.start_prices, costs.start_infrastructure, costs.start_team, books.start_payables,
    books.start_cash,
]  # fmt: skip

STEPS = [
    people.markets, people.partners, people.churn, people.growth, people.conversion, people.acquisition, people.plans,
    money.revenue, costs.usage, people.by_segment, costs.ai, costs.voice, costs.infrastructure, costs.team,
    costs.support, costs.overheads, costs.partner_costs, costs.credits,
]  # fmt: skip

BOOKS = [books.accounts, books.payables, books.rounds, books.stop, books.cash, books.entries, books.runway, books.economics,
         books.surviving]  # fmt: skip


class Period:
    """Flows summed and stocks as they are at the end; ratios by their two parts; of a quarter, the tier at its end too."""

    def __init__(self, name):
        self.name, self.column, self.ratios = name, {}, {}
        self.tier = self.opening_tier = None

    def add(self, kinds, now):
        for metric, kind in kinds.items():
            if kind == "flow":
                self.column[metric] = self.column.get(metric, 0) + now[metric]
            elif kind != "ratio":
                self.column[metric] = now[metric]


def kinds_of(page, now):
    kinds = {}
    for name in now:
        try:
            kinds[name] = page.metric(name)[0].split(",")[0]
        except KeyError:
            pass  # a column that is no metric
    return kinds


def ratios_of(page, kinds):
    """name -> its two parts, of all ratios on the page of which there are both."""
    found = {}
    for form, kind, _, _ in page.metrics:
        name = form.pattern[:-1].replace("\\", "")
        if kind == "ratio":
            parts = page.metric(name)[2]
            if all(part in kinds for part in parts):
                found[name] = parts
    return found


def simulate(scenario, page, paths, random, at_centre=False):
    """Yields periods as they end; at the centre, the opening state first."""
    w = World(scenario, page, paths, random, at_centre)
    known = {}

    def ratio_parts(name):
        return known.get(name)

    events = Events(w, ratio_parts)
    w.t = 1
    w.assumptions.next_quarter(1)
    for start in STARTS:
        start(w)
    if at_centre:
        opening = Period("opening")
        opening.add(kinds_of(page, w.now), w.now)
        yield opening
    opening_tier = costs.tier_of(w, w["users"]) + np.zeros(paths, int) if w.has("tier") else None
    year, horizon = None, Period(f"{scenario.quarter_name(1)}..{scenario.quarter_name(scenario.quarters)}")
    for t in range(1, scenario.quarters + 1):
        w.t, w.old, w.now, w.lines = t, w.now, {}, []
        w.assumptions.next_quarter(t)
        if t == 1:
            known.update(all_ratios(page))
        for step in STEPS:
            step(w)
        events.step()
        for step in BOOKS:
            step(w)
        kinds = kinds_of(page, w.now)
        ratios = ratios_of(page, kinds)
        quarter = Period(scenario.quarter_name(t))
        year = year or Period(str(scenario.fiscal_year(t)))
        for period in (quarter, year, horizon):
            period.add(kinds, w.now)
            period.ratios = ratios
        if w.has("tier"):
            quarter.tier, quarter.opening_tier = np.broadcast_to(w["tier"], paths).astype(int), opening_tier
        yield quarter
        if t == scenario.quarters or scenario.fiscal_year(t + 1) != scenario.fiscal_year(t):
            yield year
            year = None
    yield horizon


def all_ratios(page):
    return {form.pattern[:-1].replace("\\", ""): page.metric(form.pattern[:-1].replace("\\", ""))[2]
            for form, kind, _, _ in page.metrics if kind == "ratio"}  # fmt: skip
