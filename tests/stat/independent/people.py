# SPDX-License-Identifier: GPL-3.0-or-later
"""Markets, partners, segments, churn, growth, conversion, acquisition."""
import numpy as np

from world import divide, parts


# --- Markets ---


def market_shares(w, ages, opening):
    raw = {m: w.value(f"market.{m}.share", opening=opening)
           * np.minimum(ages[m], w.value(f"market.{m}.ramp", opening=opening))
           / w.value(f"market.{m}.ramp", opening=opening) for m in ages}  # fmt: skip
    total = np.maximum(sum(raw.values()), 1)
    return {m: share / total for m, share in raw.items()}


def market_price(w, shares, rates, opening):
    abroad = sum(shares[m] * w.value(f"market.{m}.price_level", opening=opening) * rates[m] for m in shares)
    return np.maximum(1 - sum(shares.values()), 0) + abroad


def start_markets(w):
    names = w.scenario.names("market")
    if not names:
        return
    ages = {m: np.maximum(1 - np.floor(w.opening(f"market.{m}.launch") + 0.5), 0) for m in names}
    for m in names:
        w[f"market.{m}.age"], w[f"market.{m}.log_fx"] = ages[m], 0.0
    rates, shares = {m: w.opening(f"market.{m}.fx") for m in names}, market_shares(w, ages, True)
    for m in names:
        w[f"market.{m}.live"], w[f"market.{m}.share"], w[f"market.{m}.fx"] = (ages[m] > 0) * 1.0, shares[m], rates[m]
    w["market.price"] = market_price(w, shares, rates, True)


def markets(w):
    names = w.scenario.names("market")
    if not names:
        return
    growth, ages, rates = 0, {}, {}
    for m in names:
        old, ramp = w.old[f"market.{m}.age"], w.value(f"market.{m}.ramp")
        live = ((old > 0) | (np.floor(w.value(f"market.{m}.launch") + 0.5) <= w.t)) * 1.0
        w[f"market.{m}.live"] = live
        ages[m] = w[f"market.{m}.age"] = old + live
        growth = growth + w.value(f"market.{m}.growth") * (np.minimum(ages[m], ramp) - np.minimum(old, ramp))
        w[f"market.{m}.log_fx"] = w.old[f"market.{m}.log_fx"] + w.value(f"market.{m}.fx_change")
        rates[m] = w[f"market.{m}.fx"] = w.value(f"market.{m}.fx") * np.exp(w[f"market.{m}.log_fx"])
        w.line(f"cost.market.{m}.localisation", w.account(f"market.{m}.localisation_account", "one_off"),
               w.value(f"market.{m}.localisation") * ((ages[m] == 1) & (live == 1)))  # fmt: skip
        w.line(f"cost.market.{m}.compliance", w.account(f"market.{m}.compliance_account", "opex.g_and_a"),
               3 * w.value(f"market.{m}.compliance") * live)  # fmt: skip
        w[f"cost.market.{m}"] = w[f"cost.market.{m}.localisation"] + w[f"cost.market.{m}.compliance"]
    shares = market_shares(w, ages, False)
    for m in names:
        w[f"market.{m}.share"] = shares[m]
    w["market.price"] = market_price(w, shares, rates, False)
    w["market.growth"] = growth
    w["cost.market"] = sum(w[f"cost.market.{m}"] for m in names)


# --- Partners ---


def start_partners(w):
    for p in w.scenario.names("partner"):
        here = (np.floor(w.opening(f"partner.{p}.start") + 0.5) <= 0) * 1.0
        w[f"partner.{p}.here"] = here
        w[f"partner.{p}.count"] = here * w.rounded(w.opening(f"partner.{p}.initial"))
        w[f"partner.{p}.brought"] = 0.0


def partner_revenue(w, p):
    key, model, average = f"partner.{p}", w.scenario.text(f"partner.{p}.model"), w.average(f"partner.{p}.count")
    if model == "white_label":
        return 3 * w.value(f"{key}.licence") * average
    if model == "api_fees":
        return 3 * w.value(f"{key}.units") * w.value(f"{key}.fee") * average
    if model == "revenue_share" and w.has(f"{key}.sales"):
        return 3 * w.value(f"{key}.sales") * w.value(f"{key}.share_received") * average
    return 0.0


def partners(w):
    names = w.scenario.names("partner")
    if not names:
        return
    for p in names:
        key = f"partner.{p}"
        old = w.old[f"{key}.here"]
        here = ((old == 1) | (np.floor(w.value(f"{key}.start") + 0.5) <= w.t)) * 1.0
        w[f"{key}.here"] = here
        w[f"{key}.arrivals"] = (here - old) * w.rounded(w.value(f"{key}.initial")) + w.arrivals(
            here * w.value(f"{key}.arrivals"))  # fmt: skip
        w[f"{key}.departures"] = w.count(w.old[f"{key}.count"], w.value(f"{key}.leaving"))
        w[f"{key}.count"] = w.old[f"{key}.count"] + w[f"{key}.arrivals"] - w[f"{key}.departures"]
        w[f"{key}.users"] = w.rounded(w.value(f"{key}.users") * w.average(f"{key}.count"))
        w[f"revenue.{key}"] = partner_revenue(w, p)
    w["revenue.partner"] = sum(w[f"revenue.partner.{p}"] for p in names)


# --- Segments ---


def segment_means(w, opening=False):
    """Average price, usage and churn: p', n', c'."""
    names = w.scenario.names("segment")
    price = w.value("revenue.price", 0, opening)
    if not names:
        return price, 1.0, 1.0
    shares = segment_shares(w, opening)

    def mean(key, other):
        return sum(shares[i] * w.value(f"segment.{i}.{key}", other, opening) for i in names)

    return mean("price", price), mean("usage", 1.0), mean("churn", 1.0)


def segment_shares(w, opening=False):
    names = w.scenario.names("segment")
    return dict(zip(names, parts([w.value(f"segment.{i}.share", opening=opening) for i in names])))


def by_segment(w):
    names = w.scenario.names("segment")
    if not names:
        return
    shares, (price, usage, churn) = segment_shares(w), segment_means(w)
    for i in names:
        s = shares[i]
        if w.has("conversion"):
            w[f"paid.segment.{i}"] = w["paid"] * s
        if w.has("churn"):
            w[f"paid.churned.segment.{i}"] = w["paid.churned"] * divide(s * w.value(f"segment.{i}.churn"), churn, s)
        if w.has("revenue"):
            part = divide(s * w.value(f"segment.{i}.price", w.value("revenue.price")), price, s)
            w[f"mrr.segment.{i}"] = w["mrr"] * part
            w[f"revenue.segment.{i}"] = (w["revenue"] - w.get("revenue.partner")) * part
        if w.has("usage"):
            w[f"stories.segment.{i}"] = w["stories.paid"] * divide(s * w.value(f"segment.{i}.usage"), usage, s)


# --- Churn ---


def oldest_age(w):
    by = w.scenario.text("churn.by")
    if by == "sbg":
        return int(w.scenario.number("churn.age_classes"))
    if by == "profile":
        return max(i for i in range(1, 7) if w.has(f"churn.quarter_{i}"))
    return 1


def keeps_ages(w):
    return w.has("churn") and (w.scenario.text("churn.by") != "constant" or w.has("churn.annual_share"))


def start_churn(w):
    if not keeps_ages(w):
        return
    annual = w.rounded(w.opening("churn.start_annual_share", 0) * w["paid"]) if w.has("churn.annual_share") else 0.0
    for j in range(1, 5):
        w[f"annual.{j}"] = np.floor((annual + j - 1) / 4) if w.is_whole else annual / 4
    last = oldest_age(w)
    for a in range(1, last + 1):
        w[f"age.{a}"] = 0.0
    first = int(min(w.scenario.number("churn.start_age"), last))
    w[f"age.{first}"] = w["paid"] - annual
    w["annual.chosen"] = 0.0


def leaving(w, a, mean_churn):
    """h_{a,t}: the share of payers of age a who leave."""
    by, last = w.scenario.text("churn.by"), oldest_age(w)
    if by == "constant":
        return 1 - (1 - np.minimum(w.value("churn.monthly") * mean_churn, 1)) ** 3
    if by == "profile":
        key = f"churn.quarter_{a + 1}"
        x = w.value(key) if a < last and w.has(key) else w.value("churn.later")
    else:
        alpha, beta = w.value("churn.alpha"), w.value("churn.beta")
        x = 1 - np.prod([(beta + 3 * a + i) / (alpha + beta + 3 * a + i) for i in range(3)], axis=0)
    return np.minimum(mean_churn * x, 1)


def lifetime(w):
    """churn.lifetime: months within three years of a payer who starts now."""
    last = oldest_age(w)
    mean_churn = segment_means(w)[2]
    monthly, annual = [1.0], [1.0]
    for a in range(12):
        monthly.append(monthly[-1] * (1 - leaving(w, min(a, last), mean_churn)))
        annual.append(w.value("churn.annual_renewal", 1.0) ** ((a + 1) // 4))

    def months(survival):
        return 3 * sum((x + y) / 2 if w.is_average else y for x, y in zip(survival, survival[1:]))

    x = w.value("churn.annual_share", 0.0)
    return (1 - x) * months(monthly) + x * months(annual)


def churn(w):
    """Everybody who leaves, and by age who stays; who starts is sorted into plans by `plans`, after conversion."""
    if not w.has("churn"):
        return
    w["annual.left"] = 0.0
    mean_churn = segment_means(w)[2]
    if not keeps_ages(w):
        w["paid.churned"] = w.count(w.old["paid"], leaving(w, 0, mean_churn))
    else:
        leave_by_age(w, mean_churn)
    w["churn.lifetime"] = lifetime(w)
    come_back(w)


def leave_by_age(w, mean_churn):
    last = oldest_age(w)
    begin_annual = w.old["annual.chosen"]
    stock = [w.before("paid.began") - begin_annual] + [w.old[f"age.{a}"] for a in range(1, last + 1)]
    left = [w.count(stock[a], leaving(w, a, mean_churn)) for a in range(last + 1)]
    for a in range(last):
        w[f"age.{a + 1}"] = stock[a] - left[a]
    w[f"age.{last}"] = w[f"age.{last}"] + stock[last] - left[last]
    if w.has("churn.annual_share"):
        ending = np.minimum(mean_churn * (1 - w.value("churn.annual_renewal")), 1)
        w["annual.left"] = w.count(w.old["annual.3"], ending)
    w["annual.1"] = begin_annual + w.old["annual.4"]
    w["annual.2"], w["annual.3"] = w.old["annual.1"], w.old["annual.2"]
    w["annual.4"] = w.old["annual.3"] - w["annual.left"]
    w["paid.churned"] = sum(left) + w["annual.left"]


def come_back(w):
    if not w.has("churn.reactivation"):
        return
    back, ending = w.value("churn.reactivation"), w["annual.left"]
    w["gone.0"] = w.count(w["paid.churned"] - ending, back)
    if w.has("churn.annual_share"):
        w["gone.0"] = w["gone.0"] + w.count(ending, w.value("churn.annual_reactivation", back))
    w["paid.reactivated"] = 0.0
    for j in range(1, 5):
        waiting = w.before(f"gone.{j - 1}") + np.zeros(w.paths)
        returned = w.count(waiting, 1 / (5 - j))
        w[f"gone.{j}"] = waiting - returned
        w["paid.reactivated"] = w["paid.reactivated"] + returned


def plans(w):
    """Who has begun chooses a plan; without ages all payers are alike."""
    if not w.has("conversion"):
        return
    w["paid.began"] = w["paid.new"] + w.get("paid.reactivated")
    w["annual.chosen"] = w.count(w["paid.began"], w.value("churn.annual_share")) if w.has("churn.annual_share") else 0.0


# --- Growth ---


def start_growth(w):
    if not w.has("growth"):
        return
    w["users"] = w.rounded(w.opening("start.users"))
    w["users.registered"] = np.maximum(w.rounded(w.opening("start.registered", w["users"])), w["users"])
    w["growth.fade"] = None


def growth(w):
    if not w.has("growth"):
        return
    fade = w["growth.fade"] = 1.0 if w.t == 1 else w.old["growth.fade"] * w.value("growth.decay")
    rate = w.value("growth.rate_longrun") + (w.value("growth.rate_first") - w.value("growth.rate_longrun")) * fade
    if w.has("growth.takes_off"):
        took_off = w.assumptions.uniform("growth.regime", "path") < w.value("growth.takes_off")
        w["growth.took_off"] = took_off * 1.0
        first, later = w.value("growth.stalled_first"), w.value("growth.stalled_longrun")
        rate = np.where(took_off, rate, later + (first - later) * fade)
    rate = rate * w.value(f"growth.season_q{w.scenario.calendar_quarter(w.t)}")
    if w.has("growth.cap"):
        rate = np.where(rate > 0, rate * (1 - w.old["users"] / w.value("growth.cap")), rate)
    rate = rate + w.value("growth.shock") + w.get("market.growth")
    brought = sum(w[f"partner.{p}.users"] for p in w.scenario.names("partner"))
    users = w.rounded(w.old["users"] * np.exp(rate) + brought)
    if w.has("conversion"):
        users = np.maximum(users, w.old["paid"] - w.get("paid.churned") + w.get("paid.reactivated"))
    active = w.rounded(w.old["users"] * (1 - w.value("growth.inactive_monthly")) ** 3)
    w["users"] = users
    w["users.new"] = np.maximum(users - active, 0)
    w["users.lost"] = w.old["users"] - np.minimum(active, users)
    w["users.registered"] = w.old["users.registered"] + w["users.new"]


# --- Conversion ---


def start_conversion(w):
    if w.has("conversion"):
        w["paid"] = w.rounded(w.opening("start.paid"))
        w["free"] = np.maximum(w["users"] - w["paid"], 0)


def conversion(w):
    if not w.has("conversion"):
        return
    stay = w.old["paid"] - w.get("paid.churned") + w.get("paid.reactivated")
    others, share = w["users"] - stay, w.value("conversion.share")
    if w.scenario.text("conversion.basis") == "flow":
        new = np.minimum(w.count(w["users.new"], share), others)
    elif w.is_whole:
        wanted = share * w["users"] - stay
        new = w.count(others, np.clip(divide(wanted, others, 0), 0, 1))
    else:
        new = np.minimum(np.maximum(share * w["users"] - stay, 0), others)
    w["paid.new"], w["paid"] = new, stay + new
    w["free"] = np.maximum(w["users"] - w["paid"], 0)


def acquisition(w):
    if w.has("acquisition"):
        w["paid.new.bought"] = w.count(w["paid.new"], w.value("acquisition.paid_share"))
        w.line("cost.acquisition", "opex.s_and_m", w["paid.new.bought"] * w.value("acquisition.cost_each")
               + 3 * w.value("acquisition.fixed_monthly"))  # fmt: skip
