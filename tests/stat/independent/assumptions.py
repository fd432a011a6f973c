# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of every assumption in a quarter: section *Assumptions in force* of models/README.md."""
import re

import numpy as np
from scipy.special import ndtr

import laws

OPERATIONS = ("set", "times", "plus")
EFFECT_LISTS = r"(risk\.[^.]+\.effect|risk\.[^.]+\.mitigation\.effect|policy\.[^.]+\.(effect|costs))$"


class Change:
    """One change, or the effect of an event: whose `event` tells how far it acts on each path."""

    def __init__(self, name, of, operation, first=-np.inf, last=np.inf, ramp=1, event=None):
        self.name, self.operation, self.event = name, operation, event
        self.of = [of] if isinstance(of, str) else of
        self.first, self.last, self.ramp = first, last, ramp
        self.value = f"{name}.{operation}"


def read_changes(scenario):
    found = []
    for name in scenario.names("change"):
        key = f"change.{name}"
        operation = next(o for o in OPERATIONS if scenario.has(f"{key}.{o}"))
        found.append(Change(key, scenario.node[f"{key}.of"], operation, scenario.quarter(f"{key}.from", 1),
                            scenario.quarter(f"{key}.until", np.inf), scenario.number(f"{key}.ramp", 1)))  # fmt: skip
    for key, node in scenario.node.items():
        if re.match(EFFECT_LISTS, key):
            for entry in node:
                first = entry["of"] if isinstance(entry["of"], str) else entry["of"][0]
                operation = next(o for o in OPERATIONS if o in entry)
                found.append(Change(f"{key}.{first}", entry["of"], operation, event=key.rpartition(".")[0]))
    return sorted(found, key=lambda change: change.name)


def bounds(scenario, page, key):
    """Of an assumption, of a parameter of its law, or of the value of a change."""
    owner, _, last = key.rpartition(".")
    if last in OPERATIONS:
        return laws.ANY
    if owner in scenario.node:
        return laws.PARAMETER_BOUNDS[laws.family(scenario.node[owner]), last]
    return page.key(key)[0]


class Dependence:
    """The standard normals behind draws that depend on each other."""

    def __init__(self, scenario):
        self.loadings = {}  # stream -> {factor: loading}
        self.each = {}
        for name in scenario.names("factor"):
            self.each[name] = scenario.text(f"factor.{name}.each", "path")
            for stream, loading in scenario.node[f"factor.{name}.loadings"].items():
                self.loadings.setdefault(stream, {})[name] = loading
        pairs = [(*scenario.node[f"correlation.{name}.between"], scenario.number(f"correlation.{name}.rank"))
                 for name in scenario.names("correlation")]  # fmt: skip
        self.members = sorted({stream for pair in pairs for stream in pair[:2]})
        matrix = np.eye(len(self.members))
        for a, b, rank in pairs:
            i, j = self.members.index(a), self.members.index(b)
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
        self.root = np.linalg.cholesky(matrix) if pairs else None

    def forget(self):
        """Each draw is on its own."""
        self.loadings, self.members = {}, []


class Assumptions:
    def __init__(self, scenario, page, paths, generator):
        self.scenario, self.page, self.paths, self.random = scenario, page, paths, generator
        self.changes, self.dependence = read_changes(scenario), Dependence(scenario)
        self.strength = None  # (event) -> how far it acts, (begins) in this quarter; set by who knows the events
        self.t = 0
        self.once, self.anew, self.values = {}, {}, {}  # draws for the path, for this quarter; values of this quarter
        self.noises, self.held = {}, {}

    def next_quarter(self, t):
        self.t = t
        self.anew.clear()
        self.values.clear()

    # --- Draws ---

    def kept(self, each, name, make):
        store = self.once if each == "path" else self.anew
        if name not in store:
            store[name] = make()
        return store[name]

    def independent_normal(self, each, name):
        return self.kept(each, ("normal", name), lambda: self.random.standard_normal(self.paths))

    def with_factors(self, stream, each):
        loadings = self.dependence.loadings[stream]
        common = sum(l * self.independent_normal(self.dependence.each[f], f"factor.{f}") for f, l in loadings.items())
        rest = np.sqrt(1 - sum(l**2 for l in loadings.values()))
        return common + rest * self.independent_normal(each, stream)

    def correlated(self, stream, each):
        all_of_them = np.array([self.independent_normal(each, name) for name in self.dependence.members])
        return self.dependence.root[self.dependence.members.index(stream)] @ all_of_them

    def uniform(self, stream, each):
        """u of a stream, the same whenever it is asked for."""
        def make():
            if stream in self.dependence.loadings:
                return ndtr(self.with_factors(stream, each))
            if stream in self.dependence.members:
                return ndtr(self.correlated(stream, each))
            return self.random.random(self.paths)

        return self.kept(each, ("uniform", stream), make)

    def held_by_event(self, key, law):
        """Drawn in the quarter in which the event began the last time; before the first time nobody asks."""
        event = re.match(r"(.*?)\.(effect|costs)\.", key)[1]
        if ("held", key) not in self.anew:
            begins = np.flatnonzero(self.strength(event)[1])
            x = self.held.setdefault(key, np.zeros(self.paths))
            if self.parameters(key, law):
                x[begins] = self.from_parameters(key, law, "quarter")[begins]
            else:
                x[begins] = laws.law_of(law).ppf(self.uniform(self.stream(key), "quarter")[begins])
            self.anew["held", key] = True
        return self.held[key]

    # --- Schedule, law, parameters ---

    def each(self, key, node):
        if isinstance(node, dict) and "each" in node:
            return node["each"]
        if re.search(r"\.(effect|costs)\..*\.(set|times|plus)$", key) and "mitigation" not in key:
            return "event"
        return "path" if self.is_free(key) else self.page.key(key)[1]

    def is_free(self, key):
        """The value of a change or effect, or a parameter of a law: not in the page's tables of keys."""
        owner, _, last = key.rpartition(".")
        return last in OPERATIONS or owner in self.scenario.node

    def draw(self, key):
        """x before noise and changes."""
        node, entry = self.scenario.node.get(key), 0
        if node is None:
            return self.page.key(key)[2]
        if isinstance(node, dict) and "at" in node:
            entry, law = self.scenario.schedule(node["at"], self.t)
        else:
            law = node
        fixed = laws.number(law)
        if fixed is not None:
            return fixed
        each = self.each(key, node)
        if each == "event":
            return self.held_by_event(key, law)
        if self.parameters(key, law):
            return self.from_parameters(key, law, each)
        return self.kept(each, ("draw", key, entry), lambda: laws.law_of(law).ppf(self.uniform(self.stream(key), each)))

    def stream(self, key):
        node = self.scenario.node[key]
        return node.get("stream", key) if isinstance(node, dict) else key

    def parameters(self, key, law):
        """The parameters of its law that are assumptions themselves."""
        name = laws.family(law)
        return [p for p in law[name] if f"{key}.{p}" in self.scenario.node] if name else []

    def from_parameters(self, key, law, each):
        name = laws.family(law)
        drawn = self.parameters(key, law)
        a = {p: self.value(f"{key}.{p}") if p in drawn else laws.number(law[name][p]) for p in law[name]}
        return laws.DRAWN[name](self.uniform(self.stream(key), each), a)

    # --- Noise ---

    def noise(self, key, sd, phi):
        """a_t, carried on from the quarter in which it was last asked for."""
        t, a = self.noises.get(key, (0, None))
        while t < self.t:
            e = self.random.standard_normal(self.paths)
            a = sd * e if a is None else phi * a + sd * np.sqrt(1 - phi**2) * e
            t += 1
        self.noises[key] = (t, a)
        return a

    def with_noise(self, key, x):
        node = self.scenario.node.get(key)
        if not (isinstance(node, dict) and "noise" in node):
            return x
        about = node["noise"]
        low, high = bounds(self.scenario, self.page, key)
        scale = about.get("scale", "logit" if (low, high) == (0, 1) else "log" if low >= 0 else "add")
        a = self.noise(key, about["sd"], about.get("phi", 0))
        if scale == "add":
            return x + a
        return x * np.exp(a) if scale == "log" else x * np.exp(a) / (x * np.exp(a) + 1 - x)

    # --- Changes, bounds ---

    def changed(self, key, x, opening):
        for operation in OPERATIONS:
            for change in self.changes:
                if change.operation == operation and key in change.of and change.first <= self.t <= change.last:
                    x = self.apply(change, x, opening)
        return x

    def apply(self, change, x, opening):
        if change.event:
            share = 0 if opening else self.strength(change.event)[0]
        else:
            share = min((self.t - change.first + 1) / change.ramp, 1)
        if isinstance(share, (int, float)) and share == 0:
            return x
        v = self.value(change.value, opening)
        y = {"set": lambda: v, "times": lambda: x * v, "plus": lambda: x + v}[change.operation]()
        return x + share * (y - x)

    def value(self, key, opening=False):
        """The value in this quarter, an array by path or one number for all; `opening`: before all events."""
        if (key, opening) not in self.values:
            x = self.changed(key, self.with_noise(key, self.draw(key)), opening)
            self.values[key, opening] = np.clip(x, *bounds(self.scenario, self.page, key))
        return self.values[key, opening]
