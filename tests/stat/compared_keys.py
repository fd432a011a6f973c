#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the scenarios that independent.py compares use all that a scenario can say.

usage: compared_keys.py OUT, such as build/release

A key counts as used when one of the scenarios in compared.txt gives it; its default, when one has the table and leaves
the key out; a choice, a metric, a law, a parameter drawn, a scale of noise, an operation of a change likewise. What is
used by none must stand in EXCEPTIONS, with the reason, and nothing else may stand there. Bounds, `each` and defaults of
models/README.md are held against the program's too, since the independent simulator believes the page.
"""
import functools
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "independent"))

import laws  # noqa: E402
from assumptions import bounds, read_changes  # noqa: E402
from page import Page, pattern  # noqa: E402
from result import metric_names, run  # noqa: E402
from scenario import Scenario  # noqa: E402

EXCEPTIONS = {
    "key extends": "names a file: conservative.toml does, and the resolved scenario no longer says so",
    "key plan": "names a file of figures that no result depends on",
    "key change.NAME.note": "words",
    "key change.NAME.source": "words",
}


ALWAYS = {"cash", "time"}  # tables of every scenario, written or not


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def compared():
    """The arguments of each scenario, from the lines of compared.txt."""
    with open(os.path.join(HERE, "compared.txt"), encoding="utf-8") as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


# --- What can be used ---


def there_is(program):
    """(kind, name) of all that a scenario can say, and the entry that tells of it."""
    found = {}
    for line in output(program, "explain", "--json").splitlines():
        entry = json.loads(line)
        name, takes = entry["name"], entry.get("takes", "")
        if entry["kind"] in ("field", "setting"):
            found["key", name] = entry
            if entry.get("default") is not None:
                found["default", name] = entry
            for choice in re.findall(r'"([^"]+)"', entry.get("choices") or (takes if takes.startswith('"') else "")):
                found["choice", f"{name} = {choice}"] = entry
        elif entry["kind"] == "metric" and not entry["internal"]:
            found["metric", name] = entry
        elif entry["kind"] == "law":
            found["law", f"{name}: {entry['parameters']}"] = entry
            for parameter in (entry.get("may_be_drawn") or "").split(", "):
                if parameter:
                    found["drawn", f"{name}: {entry['parameters']}: {parameter}"] = entry
    for scale in ("add", "log", "logit"):
        found["noise", scale] = None
    for owner in ("change", "risk", "mitigation", "policy.effect", "policy.costs"):
        for operation in ("set", "times", "plus"):
            found["operation", f"{owner}: {operation}"] = None
    for each in ("path", "quarter", "event"):
        found["each of an effect", each] = None
    for each in ("path", "quarter"):
        found["each", each] = None
    for form in OTHER_FORMS:
        found["form", form] = None
    return found


OTHER_FORMS = {
    "percentiles": lambda node: laws.family(node) is None and laws.percentiles(node)[0],
    "percentiles with min": lambda node: "p50" in node and "min" in node and "max" not in node,
    "percentiles with max": lambda node: "p50" in node and "max" in node and "min" not in node,
    "percentiles with both": lambda node: "p50" in node and "max" in node and "min" in node,
    "two percentiles of a normal": lambda node: bool(laws.percentiles(node.get("normal", {}))[0]),
    "two percentiles of a lognormal": lambda node: bool(laws.percentiles(node.get("lognormal", {}))[0]),
    "schedule": lambda node: "at" in node,
    "within": lambda node: "within" in node,
    "widen": lambda node: "widen" in node,
    "stream": lambda node: "stream" in node,
}


# --- What is used ---


@functools.lru_cache(maxsize=None)
def instance(name):
    """`tier.NAME.from` as a pattern of keys, `cost.team.*` as one of metrics."""
    return pattern(name.replace("*", "NAME"))


def nodes(x):
    """All tables within a value."""
    if isinstance(x, dict):
        yield x
        for part in x.values():
            yield from nodes(part)
    elif isinstance(x, list):
        for part in x:
            yield from nodes(part)


def used_by(scenario, page, entries):
    used = set()
    for (kind, name), entry in entries.items():
        key, _, choice = name.partition(" = ")
        values = [x for k, x in scenario.node.items() if instance(key).match(k)]
        is_default = kind != "key" and takes_default(scenario, key)
        if kind == "key" and any(instance(key).match(k) for k in scenario.given):
            used.add((kind, name))
        if kind == "default" and is_default:
            used.add((kind, name))
        if kind == "choice" and (choice in map(told, values) or is_default and told(entry.get("default")) == choice):
            used.add((kind, name))
    for key, value in scenario.node.items():
        used |= said_by(scenario, page, key, value)
    return used | operations(scenario)


def takes_default(scenario, key):
    """Whether a table is there that does not give the key."""
    table, _, last = key.rpartition(".")
    form = pattern(f"{table}.NAME") if table else None
    if not form:
        return key not in scenario.given
    tables = {k.rpartition(".")[0] for k in scenario.node if form.match(k)} | ({table} & ALWAYS)
    return any(f"{t}.{last}" not in scenario.given for t in tables)


def told(x):
    return str(x).lower() if isinstance(x, bool) else str(x).strip('"')


def said_by(scenario, page, key, value):
    """Laws, forms, noise, each."""
    said = set()
    for node in nodes(value):
        name = laws.family(node)
        if name and isinstance(node[name], dict):
            law = f"{name}: {parameters_of(name, node[name])}"
            said.add(("law", law))
            said |= {("drawn", f"{law}: {p}") for p in node[name] if f"{key}.{p}" in scenario.node and node is value}
        said |= {("form", form) for form, is_it in OTHER_FORMS.items() if is_it(node)}
        if node is value and "each" in node:
            said.add(("each", node["each"]))
        if node is value and "noise" in node:
            low, high = bounds(scenario, page, key)
            usual = "logit" if (low, high) == (0, 1) else "log" if low >= 0 else "add"
            said.add(("noise", node["noise"].get("scale", usual)))
    return said


def parameters_of(name, given):
    if laws.percentiles(given)[0]:
        return "percentiles"
    return {"lognormal": ", ".join(given), "pert": "min, mode, max, lambda (4 when not given)", "discrete": "values, weights",
            "empirical": "values", "mixture": "parts"}.get(name, ", ".join(given))  # fmt: skip


def operations(scenario):
    said = set()
    for change in read_changes(scenario):
        event = change.event or ""
        owner = "change"
        if event:
            owner = "mitigation" if event.endswith(".mitigation") else event.partition(".")[0]
            if owner == "policy":
                owner += "." + change.name.split(".")[2]
            node = scenario.node.get(change.value)
            each = node.get("each", "") if isinstance(node, dict) else ""
            said.add(("each of an effect", each or ("path" if owner == "mitigation" else "event")))
        said.add(("operation", f"{owner}: {change.operation}"))
    return said


# --- The page against the program ---


def page_differs(page, entries):
    for (kind, name), entry in entries.items():
        if kind == "key" and entry.get("takes") == "assumption":
            try:
                bounds, each, default = page.key(name)
            except KeyError:
                yield f"models/README.md does not tell of {name}"
                continue
            if bounds != (entry["low"], entry["high"]):
                yield f"bounds of {name}: models/README.md {bounds}, scalepath {entry['low'], entry['high']}"
            if default is not None and default != entry["default"]:
                yield f"default of {name}: models/README.md {default}, scalepath {entry['default']}"
            if each != entry["each"]:
                yield f"each of {name}: models/README.md {each}, scalepath {entry['each']}"


def main():
    program = os.path.join(sys.argv[1], "scalepath")
    entries, page = there_is(program), Page(os.path.join(HERE, "..", "..", "models", "README.md"))
    used, metrics = set(), set()
    for arguments in compared():
        scenario = Scenario(program, arguments)
        used |= used_by(scenario, page, entries)
        metrics |= run(program, arguments, 64, metric_names)
    used |= {key for key in entries if key[0] == "metric" and any(instance(key[1]).match(m) for m in metrics)}
    wrong = list(page_differs(page, entries))
    wrong += [f"{kind} {name} is used by no compared scenario" for kind, name in entries
              if (kind, name) not in used and f"{kind} {name}" not in EXCEPTIONS]  # fmt: skip
    wrong += [f"{name} is an exception, and used, or not there" for name in EXCEPTIONS
              if tuple(name.split(" ", 1)) in used or tuple(name.split(" ", 1)) not in entries]  # fmt: skip
    for line in wrong:
        print(line)
    print(f"compared scenarios use {len(used & set(entries))} of {len(entries)} keys, defaults, choices, laws, metrics; "
          f"{len(EXCEPTIONS)} exceptions, {len(wrong)} failed")  # fmt: skip
    return 1 if wrong or not used else 0


if __name__ == "__main__":
    sys.exit(main())
