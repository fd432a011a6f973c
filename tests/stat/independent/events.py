# SPDX-License-Identifier: GPL-3.0-or-later
"""Risks, their mitigation, policies. Each is worked out when it is first asked for in a quarter, since assumptions
ask for the events that change them."""
import re

import numpy as np

WORDS = r"\s*([\d][\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?%?|[a-z_][\w]*(?:\.[\w-]+)*|<=|>=|==|!=|[-+*/<>()])"
NOT_YET = r"ltv$|payback$|burn_multiple$|runway\.simple$|.*\.surviving$"  # undefined before the first quarter


class Formula:
    """The condition of a policy."""

    def __init__(self, text, column):
        self.words, self.column = re.findall(WORDS, text), column
        self.at = 0

    def value(self):
        self.at = 0
        return self.disjunction()

    def next(self, *accepted):
        if self.at < len(self.words) and self.words[self.at] in accepted:
            self.at += 1
            return self.words[self.at - 1]
        return None

    def disjunction(self):
        x = self.conjunction()
        while self.next("or"):
            y = self.conjunction()
            x = (x != 0) | (y != 0)
        return x

    def conjunction(self):
        x = self.negation()
        while self.next("and"):
            y = self.negation()
            x = (x != 0) & (y != 0)
        return x

    def negation(self):
        return np.equal(self.negation(), 0) if self.next("not") else self.comparison()

    def comparison(self):
        x = self.sum()
        sign = self.next("<", "<=", ">", ">=", "==", "!=")
        if not sign:
            return x
        y = self.sum()
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}
        known = ~(np.isnan(x) | np.isnan(y))
        return np.where(known, np.not_equal(x, y) if sign == "!=" else compare[sign](x, y), False)

    def sum(self):
        x = self.product()
        while sign := self.next("+", "-"):
            y = self.product()
            x = x + y if sign == "+" else x - y
        return x

    def product(self):
        x = self.factor()
        while sign := self.next("*", "/"):
            y = self.factor()
            with np.errstate(divide="ignore", invalid="ignore"):
                x = x * y if sign == "*" else np.where(np.equal(y, 0), np.nan, np.divide(x, y))
        return x

    def factor(self):
        if self.next("-"):
            return -self.factor()
        if self.next("("):
            x = self.disjunction()
            self.next(")")
            return x
        word = self.words[self.at]
        self.at += 1
        if word[0].isdigit():
            word = word.replace("_", "")
            return float(word[:-1]) / 100 if word.endswith("%") else float(word)
        return np.asarray(self.column(word), float)


class Events:
    def __init__(self, w, ratio_parts):
        self.w, self.ratio_parts = w, ratio_parts
        w.assumptions.strength = self.strength

    def strength(self, event):
        """How far an event's effects act in this quarter, and on which paths it begins."""
        kind, name = event.split(".")[:2]
        if event.endswith(".mitigation"):
            return self.mitigation(name), None
        if kind == "risk":
            self.risk(name)
            return self.w[f"{event}.strength"], self.w[f"{event}.events"] == 1
        self.policy(name)
        return self.w[f"{event}.active"], self.w[f"{event}.begins"] == 1

    def step(self):
        """All of them, whether or not somebody has asked."""
        risks = self.w.scenario.names("risk")
        for name in risks:
            self.risk(name)
            if self.w.has(f"risk.{name}.mitigation"):
                self.mitigation(name)
                self.mitigation_cost(name)
        for name in risks:
            self.risk_cost(name)
        if risks:
            self.w["cost.risk"] = sum(self.w[f"cost.risk.{name}"] for name in risks)
        for name in self.w.scenario.names("policy"):
            self.policy(name)
            self.policy_cost(name)

    # --- Risks ---

    def risk(self, name):
        w, key = self.w, f"risk.{name}"
        if f"{key}.events" in w.now:
            return
        chance = w.value(f"{key}.per_quarter") if w.has(f"{key}.per_quarter") else 1 - (1 - w.value(f"{key}.per_year")) ** 0.25
        left = np.maximum(w.before(f"{key}.left") - 1, 0)
        open_now = w.scenario.quarter(f"{key}.from", 1) <= w.t <= w.scenario.quarter(f"{key}.until", np.inf)
        begins = (w.assumptions.uniform(f"{key}.occurs", "quarter") < chance) & (left == 0) & open_now
        if w.scenario.text(f"{key}.recurs") == "never":
            begins &= w.before(f"{key}.begun", False) == 0
        w[f"{key}.begun"] = (w.before(f"{key}.begun", False) != 0) | begins
        w[f"{key}.events"] = begins * 1.0
        w[f"{key}.left"] = np.where(begins, np.floor(w.value(f"{key}.lasts", 1.0) + 0.5), left)
        w[f"{key}.strength"] = np.where(
            begins, w.value(f"{key}.severity", 1.0), np.where(left > 0, w.before(f"{key}.strength"), 0))
        w[f"{key}.active"] = (w[f"{key}.left"] > 0) * 1.0

    def risk_cost(self, name):
        w, key = self.w, f"risk.{name}"
        strength = w[f"{key}.strength"]
        cost = w[f"{key}.events"] * strength * w.value(f"{key}.cost", 0.0) + 3 * w.value(f"{key}.monthly", 0.0) * strength
        w.line(f"cost.{key}", w.account(f"{key}.account", "one_off"), cost)

    # --- Mitigation ---

    def mitigation(self, name):
        w, key = self.w, f"risk.{name}.mitigation"
        column = f"risk.{name}.mitigated"
        if column not in w.now:
            there = np.full(w.paths, w.scenario.quarter(f"{key}.from", 1) <= w.t)
            if w.has(f"{key}.tier"):
                number = w.scenario.ladder("tier")[0].index(w.scenario.text(f"{key}.tier"))
                there &= w.old["tier.highest"] >= number
            w[column] = there * 1.0
        return w[column]

    def mitigation_cost(self, name):
        w, key, there = self.w, f"risk.{name}.mitigation", self.w[f"risk.{name}.mitigated"]
        cost = there * (1 - w.before(f"risk.{name}.mitigated")) * w.value(f"{key}.once", 0.0)
        w.line(f"cost.mitigation.{name}", w.account(f"{key}.account", "opex.g_and_a"),
               cost + 3 * there * w.value(f"{key}.monthly", 0.0))  # fmt: skip

    # --- Policies ---

    def column(self, name):
        """A metric of the quarter before; a ratio is the division of its parts."""
        parts = self.ratio_parts(name)
        if not parts:
            return self.w.before(name, np.nan if self.w.t == 1 and re.match(NOT_YET, name) else 0.0)
        above, below = (np.asarray(self.w.before(part), float) for part in parts)
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)

    def policy(self, name):
        w, key = self.w, f"policy.{name}"
        if f"{key}.begins" in w.now:
            return
        delay = w.scenario.number(f"{key}.delay", 0)
        told = Formula(w.scenario.text(f"{key}.when"), self.column).value()
        told = np.broadcast_to((told != 0) & ~np.isnan(told), w.paths)
        left, waiting = np.maximum(w.before(f"{key}.left") - 1, 0), w.before(f"{key}.waiting")
        seen = told & (left == 0) & (waiting == 0)
        if w.scenario.text(f"{key}.recurs") == "never":
            seen &= w.before(f"{key}.seen", False) == 0
        w[f"{key}.seen"] = (w.before(f"{key}.seen", False) != 0) | seen
        begins = (waiting == 1) | (seen & (delay == 0))
        w[f"{key}.begins"] = begins * 1.0
        w[f"{key}.waiting"] = np.where(seen, delay, np.maximum(waiting - 1, 0))
        w[f"{key}.left"] = np.where(begins, np.floor(w.value(f"{key}.lasts", 400.0) + 0.5), left)
        w[f"{key}.active"] = (w[f"{key}.left"] > 0) * 1.0

    def policy_cost(self, name):
        w, key = self.w, f"policy.{name}"
        cost = w[f"{key}.begins"] * w.value(f"{key}.once", 0.0) + 3 * w.value(f"{key}.monthly", 0.0) * w[f"{key}.active"]
        w.line(f"cost.{key}", w.account(f"{key}.account", "opex.g_and_a"), cost)
