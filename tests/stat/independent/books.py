# SPDX-License-Identifier: GPL-3.0-or-later
"""The books: accounts, payables, rounds, cash, runway, economics, surviving paths."""
import numpy as np

from world import divide


NAMED = "opex.r_and_d", "opex.s_and_m", "opex.g_and_a"


def is_of(account, group):
    return account == group or account.startswith(group + ".")


def total(w, group, but=()):
    """Sum of the lines of an account and those below it; None when there are none."""
    names = [name for name, account in w.lines if is_of(account, group) and account not in but]
    return sum(w[name] for name in names) + np.zeros(w.paths) if names else None


def accounts(w):
    cogs, opex, one_off = (total(w, group) for group in ("cogs", "opex", "one_off"))
    w["cogs"] = 0.0 if cogs is None else cogs
    w["cost.total"] = sum((w[name] for name, _ in w.lines), 0.0)
    w["gross_profit"] = w.get("revenue") - w["cogs"]
    if one_off is not None:
        w["one_off"] = one_off
    if opex is not None:
        w["opex"] = opex
        w["operating_result"] = w["gross_profit"] - opex
        for name in NAMED:
            part = total(w, name)
            if part is not None:
                w[name] = part
        others = [w[n] for n, account in w.lines if is_of(account, "opex") and not any(is_of(account, o) for o in NAMED)]
        w["opex.other"] = sum(others) + np.zeros(w.paths)
    if w.has("conversion"):
        hosting = total(w, "cogs.hosting")
        part = divide(w.average("free"), w.average("users"), 0)
        w["cost.free_tier"] = w.get("free_tier.ai") + w.get("free_tier.voice") + w.get("cost.support.free")
        w["cost.free_tier"] = w["cost.free_tier"] + part * (0 if hosting is None else hosting)
        w["gross_profit.paid"] = w["gross_profit"] + w["cost.free_tier"]


def start_payables(w):
    if w.has("payables"):
        w["payables"] = w.opening("start.payables", 0.0)


def payables(w):
    if not w.has("payables"):
        return
    w["payables"] = 0.0
    for group, days in (("cogs", "days"), ("opex", "days_opex"), ("one_off", "days_one_off")):
        lines = [w[name] for name, account in w.lines if is_of(account, group) and not is_of(account, "cogs.fees")]
        w["payables"] = w["payables"] + sum(lines) * w.value(f"payables.{days}") / 91.25


def rounds(w):
    names = w.scenario.names("round")
    w["committed"] = 0.0
    for name in names:
        key = f"round.{name}"
        happens = w.assumptions.uniform(f"{key}.happens", "path") < w.value(f"{key}.probability")
        closed = (w.before(f"{key}.closed") == 1) | (happens & (w.value(f"{key}.quarter") < w.t + 1))
        w[f"{key}.closed"] = closed * 1.0
        w[f"financing.{name}"] = w.value(f"{key}.size") * (closed & (w.before(f"{key}.closed") == 0))
        if w.scenario.text(f"{key}.committed") is True:
            w["committed"] = w["committed"] + w[f"financing.{name}"]
    if names:
        w["financing"] = sum(w[f"financing.{name}"] for name in names)


def stops(w):
    return w.scenario.text("cash.insolvency", "continue") == "stop"


def stop(w):
    """With insolvency = "stop": all that is not cash is 0 on the paths that ran out of it before this quarter."""
    if stops(w):
        ended = w.before("cash.ran_out") == 1
        for name in w.now:
            w[name] = np.where(ended, 0, w[name])


def start_cash(w):
    w["cash"] = w.opening("start.cash") + np.zeros(w.paths)
    w["cash.lowest"], w["cash.lowest_quarter"] = np.full(w.paths, np.inf), 0.0
    w["cash.ran_out_quarter"] = np.full(w.paths, np.nan)
    w["cash.opening"] = w["cash.committed"] = w["cash"]
    w["surviving"] = 1.0
    w["runway"] = np.where(w["cash"] < 0, 0, np.inf)


def cash(w):
    change = w["cost.total"] - w.get("revenue")
    for stock, sign in (("receivables", 1), ("payables", -1), ("deferred_revenue", -1), ("tax_payable", -1)):
        change = change + sign * (w.get(stock) - w.before(stock))
    w["net_burn"] = change
    w["cash"] = w.old["cash"] - change + w.get("financing")
    lower = w["cash"] < w.old["cash.lowest"]
    w["cash.lowest"] = np.where(lower, w["cash"], w.old["cash.lowest"])
    w["cash.lowest_quarter"] = np.where(lower, w.t, w.old["cash.lowest_quarter"])
    w["cash.below_zero"] = (w["cash"] < 0) * 1.0
    first = np.isnan(w.old["cash.ran_out_quarter"]) & (w["cash"] < 0)
    w["cash.ran_out_quarter"] = np.where(first, w.t, w.old["cash.ran_out_quarter"])
    w["cash.ran_out"] = ~np.isnan(w["cash.ran_out_quarter"]) * 1.0


def entries(w):
    """What the path had and paid when it first was in a tier at the end of a quarter."""
    for i, name in enumerate(w.scenario.ladder("tier")[0] if w.has("tier") else []):
        first = (w["tier"] == i) & (w.before(f"entered.{i}") == 0)
        w[f"entered.{i}"] = np.maximum(w.before(f"entered.{i}"), first)
        for what, x in (("cash", w["cash"]), ("cost", w["cost.upgrade"])):
            column = f"tier.{name}.{what}_at_entry"
            w[column] = np.where(first, x, w.before(column, np.nan))


def runway(w):
    w["burned"] = w.before("burned") + w["net_burn"]
    w["funding_need"] = np.maximum(w.before("funding_need"), w["burned"])
    w["cash.opening"] = w.old["cash.opening"]
    old = w.old["cash.committed"]
    new = w["cash.committed"] = old - w["net_burn"] + w["committed"]
    ends = np.isinf(w.old["runway"]) & (new < 0)
    w["runway"] = np.where(ends, 3 * (w.t - 1 + divide(old, old - new, 0)), w.old["runway"])
    months = divide(3 * np.maximum(w["cash"], 0), w["net_burn"], np.inf)
    w["runway.simple"] = np.where(w["net_burn"] <= 0, np.inf, months)


def economics(w):
    if w.has("revenue"):
        w["burn_multiple"] = burn_multiple(w)
    if w.has("conversion"):
        profit = divide(w["gross_profit"], 3 * w.average("paid"), np.nan)
        if w.has("churn"):
            w["ltv"] = profit * w["churn.lifetime"]
        if "opex.s_and_m" in w.now:
            spent, new = w["opex.s_and_m"], w["paid.new"]
            wins = (new > 0) & (profit > 0)
            months = np.where(wins, spent / np.where(wins, new * profit, 1), np.inf)
            w["payback"] = np.where(spent == 0, 0, months)
    if stops(w):
        for name in {"ltv", "payback", "burn_multiple"} & set(w.now):
            w[name] = np.where(w.before("cash.ran_out") == 1, np.nan, w[name])


def burn_multiple(w):
    for i in range(1, 5):
        w[f"mrr.{i}"] = w.before(f"mrr.{i - 1}")
    w["mrr.0"] = w["mrr"]
    for i in range(1, 4):
        w[f"burn.{i}"] = w.before(f"burn.{i - 1}")
    w["burn.0"] = w["net_burn"]
    burn, gained = sum(w[f"burn.{i}"] for i in range(4)), 12 * (w["mrr"] - w["mrr.4"])
    multiple = np.where(gained > 0, burn / np.where(gained > 0, gained, 1), np.where(burn > 0, np.inf, -np.inf))
    return multiple if w.t >= 5 else np.full(w.paths, np.nan)


def surviving(w):
    if not w.has("surviving"):
        return
    there = w["surviving"] = w.old["surviving"] * (w["cash"] >= w.value("surviving.minimum_cash"))
    for name in ("cash", "users", "paid", "mrr", "revenue", "cost.total", "gross_profit", "net_burn"):
        if name in w.now:
            w[f"{name}.surviving"] = np.where(there == 1, w[name], np.nan)
