# SPDX-License-Identifier: GPL-3.0-or-later
"""What is used and what it costs: usage, AI, voice, infrastructure, team, support, overheads, partners, credits."""
import numpy as np
from scipy.special import ndtr

from people import segment_means
from world import divide, parts


# --- Usage ---


def capped_lognormal(s, y, c):
    """m and w: mean of min(X, c), and its variance over m^2, X lognormal with mean s and sigma y."""
    s, y, c = np.broadcast_arrays(np.asarray(s, float), np.asarray(y, float), np.asarray(c, float))
    plain = (s <= 0) | (y <= 0) | (c <= 0)
    s_, y_, c_ = np.where(plain, 1, s), np.where(plain, 1, y), np.where(plain, 1, c)
    k = np.log(c_ / s_)
    m = s_ * ndtr(k / y_ - y_ / 2) + c_ * ndtr(-k / y_ - y_ / 2)
    square = s_**2 * np.exp(y_**2) * ndtr(k / y_ - 1.5 * y_) + c_**2 * ndtr(-k / y_ - y_ / 2)
    m, spread = np.where(c >= 1e6, s_, m), np.where(c >= 1e6, np.expm1(y_**2), square / m**2 - 1)
    return np.where(plain, np.minimum(s, c), m), np.where(plain, 0, np.maximum(spread, 0))


def stories(w, group, per_month, people):
    """Q of a group."""
    cap, tail = w.value(f"usage.{group}_cap"), f"usage.{group}_tail"
    if not w.has(tail):
        return np.minimum(3 * np.minimum(per_month, cap) * people, 3 * cap * people)
    m, spread = capped_lognormal(per_month, w.value(tail), cap)
    return np.minimum(3 * m * people * w.relative_sum(divide(spread, people, 0)), 3 * cap * people)


def usage(w):
    if not w.has("usage"):
        return
    w["stories.free"] = stories(w, "free", w.value("usage.free_monthly"), w.average("free"))
    paying = w.value("usage.paid_monthly") * segment_means(w)[1]
    w["stories.paid"] = stories(w, "paid", paying, w.average("paid")) if w.has("conversion") else 0.0
    w["stories"] = w["stories.free"] + w["stories.paid"]
    for group in ("free", "paid"):
        w[f"length.{group}"] = length(w, group)
    if w.has("usage.kept"):
        w["stories.stored"] = w.before("stories.stored") * w.value("usage.kept") + w["stories"]


def start_usage(w):
    if w.has("usage.kept"):
        w["stories.stored"] = w.opening("start.stored_stories", 0.0)


def length(w, group):
    if not w.has("usage.length"):
        return 1.0
    mean = w.value("usage.length")
    if not w.has("usage.length_cv"):
        return mean
    return mean * w.relative_sum(divide(w.value("usage.length_cv") ** 2, w[f"stories.{group}"], 0))


# --- AI and voice ---


def start_prices(w):
    for key in ["ai"] * w.has("ai") + [f"vendor.{i}" for i in w.scenario.names("vendor")]:
        w[f"{key}.price_index"] = 1.0


def price_index(w, key, has_jumps):
    name = f"{key}.log_index"
    jumps = 0.0
    if has_jumps:
        jumps = w.random.poisson(np.broadcast_to(w.value(f"{key}.jump_per_year") / 4, w.paths))
        jumps = jumps * np.log(w.value(f"{key}.jump_factor"))
    w[name] = w.before(name) + w.value(f"{key}.price_drift") + jumps
    w[f"{key}.price_index"] = np.exp(w[name])
    return w[f"{key}.price_index"]


def ai(w):
    if not w.has("ai"):
        return
    by_causes = w.scenario.text("ai.error") == "causes"
    index = price_index(w, "ai", w.has("ai.jump_per_year"))
    levers = (1 - w.value("ai.cache_share") * w.value("ai.cache_saving"))
    levers = levers * (1 - w.value("ai.batch_share") * w.value("ai.batch_saving"))
    levers = levers * (1 - w.value("ai.cheaper_share") * (1 - w.value("ai.cheaper_price")))
    free = w["stories.free"] * w.value("ai.cost_free") * (w["length.free"] if by_causes else 1)
    paid = w["stories.paid"] * w.value("ai.cost_paid") * (w["length.paid"] if by_causes else 1)
    error = 1 + w.value("ai.retries") if by_causes else w.value("ai.error_factor")
    w.line("cost.ai", "cogs.ai", (free + paid) * index * levers * error)
    w["free_tier.ai"] = w["cost.ai"] * divide(free, free + paid, 0)


def voice(w):
    if not w.has("voice"):
        return
    free = w["stories.free"] * w.value("voice.share_free") * w["length.free"]
    paid = w["stories.paid"] * w.value("voice.share_paid") * w["length.paid"]
    if w.scenario.text("voice.by") == "plan":
        w["free_tier.voice"] = free * w.value("voice.cost_free")
        w.line("cost.voice", "cogs.voice", w["free_tier.voice"] + paid * w.value("voice.cost_paid"))
        return
    names = w.scenario.names("vendor")
    shares = {group: vendor_shares(w, names, group) for group in ("free", "paid")}
    w["free_tier.voice"] = 0.0
    for i in names:
        index = price_index(w, f"vendor.{i}", w.has(f"vendor.{i}.jump_per_year"))
        price = w.value(f"vendor.{i}.cost") * index
        of_free, of_paid = free * shares["free"].get(i, 0), paid * shares["paid"].get(i, 0)
        w.line(f"cost.voice.{i}", w.account(f"vendor.{i}.account", "cogs.voice"), (of_free + of_paid) * price)
        w["free_tier.voice"] = w["free_tier.voice"] + of_free * price
    w["cost.voice"] = sum(w[f"cost.voice.{i}"] for i in names)


def vendor_shares(w, names, group):
    there = [i for i in names if w.scenario.text(f"vendor.{i}.plan") in (group, "all")]
    return dict(zip(there, parts([w.value(f"vendor.{i}.share") for i in there]))) if there else {}


# --- Infrastructure ---


def tier_of(w, users):
    return np.searchsorted(w.scenario.ladder("tier")[1], users, side="right") - 1


def stages_of(w, component):
    """The stages of a component, in the order of `from`, and where they begin."""
    names, thresholds = w.scenario.ladder("component_stage")
    mine = [i for i, name in enumerate(names) if w.scenario.text(f"component_stage.{name}.component") == component]
    return [names[i] for i in mine], [thresholds[i] for i in mine]


def start_infrastructure(w):
    if not w.has("tier"):
        return
    w["tier.highest"] = tier_of(w, w["users"]) + np.zeros(w.paths, int)
    for name, begin in zip(*w.scenario.ladder("component_stage")):
        w[f"stage.{name}.held"] = w[f"stage.{name}.reached"] = (w["users"] >= begin) * 1.0


def chosen(w, keys, which):
    """The value of the key that each path is at."""
    return np.choose(which, [np.broadcast_to(w.value(key), w.paths) for key in keys], mode="clip")


def infrastructure(w):
    if not w.has("tier"):
        return
    names, _ = w.scenario.ladder("tier")
    tier = w["tier"] = tier_of(w, w["users"]) + np.zeros(w.paths, int)
    w["tier.highest"] = np.maximum(w.old["tier.highest"].astype(int), tier)
    cost = once = np.zeros(w.paths)
    if w.scenario.text("infrastructure.by") == "tier":
        cost = 3 * chosen(w, [f"tier.{i}.monthly" for i in names], tier) * w.value("infrastructure.factor")
        once = chosen(w, [f"tier.{i}.once" for i in names], w["tier.highest"]) * (w["tier.highest"] > w.old["tier.highest"])
    components = w.scenario.names("component")
    if not components:
        w.line("cost.infrastructure", "cogs.hosting", cost)
    else:
        of_tier = parts([w.value(f"component.{j}.share") for j in components])
        for share, j in zip(of_tier, components):
            own, upgrade = own_cost(w, j)
            w.line(f"cost.infrastructure.{j}", w.account(f"component.{j}.account", "cogs.hosting"), cost * share + own)
            once = once + upgrade
        w["cost.infrastructure"] = sum(w[f"cost.infrastructure.{j}"] for j in components)
    w.line("cost.upgrade", "one_off", once)


def units(w, driver):
    """What per_unit is paid for, in a month."""
    if driver == "stories":
        return w["stories"] / 3
    return w.average({"users": "users", "payers": "paid", "stored_stories": "stories.stored"}[driver])


def own_cost(w, component):
    """A component's own cost, and the one-off cost of its stages."""
    names, thresholds = stages_of(w, component)
    active = stages(w, names, thresholds)

    def in_force(key):
        x = w.value(f"component.{component}.{key}")
        for name in names:
            if w.has(f"component_stage.{name}.{key}"):
                x = np.where(active[name], w.value(f"component_stage.{name}.{key}"), x)
        return x

    beyond = np.maximum(units(w, w.scenario.text(f"component.{component}.driver")) - in_force("included"), 0)
    cost = 3 * w.value("infrastructure.factor") * (in_force("monthly") + in_force("per_unit") * beyond)
    return cost, sum((w[f"cost.upgrade.{name}"] for name in names), 0.0)


def stages(w, names, thresholds):
    """Which stage of a component is in force, and what entering the highest so far costs."""
    users, old = w["users"], w.old["users"]
    increase = np.maximum(divide(users, old, 1), 1)
    in_force = np.full(w.paths, -1)
    for k, (name, begin) in enumerate(zip(names, thresholds)):
        key = f"component_stage.{name}"
        ahead = users * increase ** w.scenario.number(f"{key}.lead")
        stays = (w.old[f"stage.{name}.held"] == 1) & (ahead >= begin * (1 - w.scenario.number(f"{key}.hysteresis")))
        held = (ahead >= begin) | stays
        w[f"stage.{name}.held"] = held * 1.0
        in_force = np.where(held, k, in_force)
    for k, name in enumerate(names):
        before, key = w.old[f"stage.{name}.reached"], f"component_stage.{name}"
        w[f"stage.{name}.reached"] = np.maximum(before, in_force >= k)
        w[f"{key}.active"] = (in_force == k) * 1.0
        w[f"cost.upgrade.{name}"] = (in_force == k) * (1 - before) * w.value(f"{key}.once")
    return {name: in_force == k for k, name in enumerate(names)}


# --- Team, support, overheads ---


def stage_of(w, users, t, opening=False):
    names, thresholds = w.scenario.ladder("team_stage")
    if w.scenario.text("team.by") == "users":
        return np.searchsorted(thresholds, users, side="right") - 1 + np.zeros(w.paths, int)
    stage = np.zeros(w.paths, int)
    for i, name in enumerate(names):
        if w.has(f"team_stage.{name}.from_quarter"):
            begun = t >= w.value(f"team_stage.{name}.from_quarter", opening=opening)
            stage = np.where(begun, i, stage)
    return stage


def start_team(w):
    if not w.has("team"):
        return
    names, _ = w.scenario.ladder("team_stage")
    w["heads"], w["team.wage_index"] = 0.0, 1.0
    if w.has("start.heads"):
        w["heads"] = w.opening("start.heads")
    elif names:
        heads = [np.broadcast_to(w.opening(f"team_stage.{name}.heads"), w.paths) for name in names]
        w["heads"] = np.choose(stage_of(w, w.get("users"), 0, True), heads)


def team(w):
    if not w.has("team"):
        return
    names, _ = w.scenario.ladder("team_stage")
    common, old = w.value("team.cost_per_head"), w.old["heads"]
    wanted, each = old, common
    if names:
        stage = stage_of(w, w.get("users"), w.t)
        wanted = chosen(w, [f"team_stage.{name}.heads" for name in names], stage)
        costs = [np.broadcast_to(w.value(f"team_stage.{name}.cost_per_head", common), w.paths) for name in names]
        each = np.choose(stage, costs)
    delay = np.where(wanted > old, w.value("team.hiring_delay"), w.value("team.reduction_delay"))
    w["heads.wanted"] = wanted
    w["heads"] = old + (wanted - old) / (1 + delay)
    w["team.wage_index"] = 1.0 if w.t == 1 else w.old["team.wage_index"] * (1 + w.value("team.wage_inflation") / 4)
    each = each * w["team.wage_index"]
    cost = w.average("heads") * each / 4
    functions = w.scenario.names("function")
    if functions:
        for share, j in zip(parts([w.value(f"function.{j}.share") for j in functions]), functions):
            w[f"heads.{j}"] = w["heads"] * share
            w.line(f"cost.team.{j}", w.account(f"function.{j}.account", "opex.team"), cost * share)
        w["cost.team"] = cost
    else:
        w.line("cost.team", "opex.team", cost)
    w.line("cost.severance", "one_off", np.maximum(old - w["heads"], 0) * w.value("team.severance_months") * each / 12)


def support(w):
    if not w.has("support"):
        return
    contacts = w.scenario.text("support.by") == "contacts"
    capacity = w.value("support.contacts_per_agent" if contacts else "support.users_per_agent")
    free = w.average("free" if w.has("conversion") else "users") * (w.value("support.contacts_free") if contacts else 1) / capacity
    paid = w.average("paid") * (w.value("support.contacts_paid") if contacts else 1) / capacity if w.has("conversion") else 0
    w["support.agents"] = np.maximum(free + paid, w.value("support.minimum"))
    cost = w["support.agents"] * w.value("support.cost_per_agent") * w.get("team.wage_index", 1.0) / 4
    w.line("cost.support", "cogs.support", cost)
    w["cost.support.free"] = cost * divide(free, free + paid, 0)


def overheads(w):
    if not w.has("overheads"):
        return
    inflation = 1 + w.value("overheads.inflation") / 4
    w["overheads.index"] = 1.0 if w.t == 1 else w.old["overheads.index"] * inflation
    heads = (w.average("heads") if w.has("team") else 0) + w.get("support.agents")
    cost = 3 * (w.value("overheads.monthly") + w.value("overheads.per_head") * heads)
    w.line("cost.overheads", "opex.g_and_a", cost * w["overheads.index"])


# --- Partner costs, credits ---


def partner_costs(w):
    names = w.scenario.names("partner")
    if not names:
        return
    bring(w, names)
    for p in names:
        key = f"partner.{p}"
        count = w.average(f"{key}.count")
        w.line(f"cost.{key}.payout", w.account(f"{key}.payout_account", "cogs.partners"), payout(w, p, count))
        unit = w.value(f"{key}.units") * w.value(f"{key}.unit_cost") if w.has(f"{key}.units") else 0
        w.line(f"cost.{key}.service", w.account(f"{key}.service_account", "cogs.partners"),
               3 * (w.value(f"{key}.monthly") + unit) * count)  # fmt: skip
        w.line(f"cost.{key}.onboarding", w.account(f"{key}.onboarding_account", "one_off"),
               w.value(f"{key}.onboarding") * w[f"{key}.arrivals"])  # fmt: skip
        w[f"cost.{key}"] = sum(w[f"cost.{key}.{part}"] for part in ("payout", "service", "onboarding"))
    w["cost.partner"] = sum(w[f"cost.partner.{p}"] for p in names)


def bring(w, names):
    """W: of the users whom partners have brought, those who are still there."""
    if not w.has("growth"):
        for p in names:
            w[f"partner.{p}.brought"] = 0.0
        return
    stay = np.minimum(divide(w["users"] - w["users.new"], w.old["users"], 0), 1)
    raw = {p: w.old[f"partner.{p}.brought"] * stay + w[f"partner.{p}.users"] for p in names}
    held = np.minimum(divide(w["users"], sum(raw.values()), 1), 1)
    for p in names:
        w[f"partner.{p}.brought"] = raw[p] * held


def payout(w, p, count):
    key, model = f"partner.{p}", w.scenario.text(f"partner.{p}.model")
    paid = 0.0
    if model in ("affiliate", "revenue_share") and w.has("revenue") and w.has("growth"):
        share = w.value(f"{key}.commission" if model == "affiliate" else f"{key}.share_paid")
        part = divide(w.average(f"{key}.brought"), w.average("users"), 0)
        paid = share * (w["revenue"] - w["revenue.partner"]) * part
    if w.has(f"{key}.royalty") and w.has("usage"):
        paid = paid + w.value(f"{key}.royalty") * w["stories"] * np.minimum(w.value(f"{key}.story_share") * count, 1)
    return paid


def credits(w):
    if not w.has("partner"):
        return
    names = [p for p in w.scenario.names("partner") if w.has(f"partner.{p}.credits")]
    longest = int(max((w.scenario.number(f"partner.{p}.credits_last") for p in names), default=1))
    unpaid = w.get("cost.infrastructure")
    used = 0.0
    for j in range(1, longest + 1):
        left = w.before(f"credits.{j + 1}")
        for p in names:
            if w.scenario.number(f"partner.{p}.credits_last") == j:
                left = left + w[f"partner.{p}.arrivals"] * w.value(f"partner.{p}.credits")
        taken = np.minimum(left, unpaid - used)
        w[f"credits.{j}"], used = left - taken, used + taken
    w.line("cost.credits", "cogs.hosting", -used)
    w["credits"] = sum((w[f"credits.{j}"] for j in range(2, longest + 1)), 0.0)
    w["credits.expired"] = w["credits.1"]
