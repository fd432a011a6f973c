# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables of models/README.md say: bounds and `each` of every key, kind of every metric.

They are read from the page, so that a key that the page forgets, or gives wrong bounds, is found out.
"""
import functools
import re

NAME = "[^.]+"


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def pattern(name):
    """`tier.NAME.from` as a regular expression."""
    return re.compile(NAME.join(re.escape(part) for part in name.split("NAME")) + "$")


def numbered(first, last):
    """The names from `churn.quarter_2` to `churn.quarter_6`."""
    stem, low, high = first.rstrip("0123456789"), int(re.search(r"\d+$", first)[0]), int(re.search(r"\d+$", last)[0])
    return [f"{stem}{i}" for i in range(low, high + 1)]


def names(cell):
    """All names in a cell; `.compliance` after `cost.market.NAME` is one more ending of that."""
    found = re.findall(r"`([^`]+)`", cell)
    if re.match(r"`[^`]+` \.\. `[^`]+`", cell):
        return numbered(*found)
    for i, name in enumerate(found):
        if name.startswith("."):
            found[i] = stem + name
        else:
            stem = name
    return found


class Page:
    def __init__(self, path):
        self.keys = []  # (pattern, (low, high), each, default)
        self.metrics = []  # (pattern, kind, adverse side, definition)
        self.read(open(path, encoding="utf-8").read().splitlines())

    def read(self, lines):
        for line in lines:
            if not line.startswith("|"):
                header = None
                continue
            row = cells(line)
            if header is None:
                header = row
            elif header[:2] == ["symbol", "key"]:
                self.read_key(dict(zip(header, row)))
            elif header[:3] == ["metric", "unit", "kind"]:
                self.read_metric(dict(zip(header, row)))

    def read_key(self, row):
        ends = re.match(r"(\S+) \.\. ([^\s,]+)", row.get("bounds", ""))
        if not ends:
            return
        bounds = float(ends[1]), float(ends[2])
        defaults = re.findall(r"(?:^|, )(-?[\d.e+]+)(?=:|,|$)", row["default"])
        for i, name in enumerate(names(row["key"])):
            default = float(defaults[min(i, len(defaults) - 1)]) if defaults else None
            self.keys.append((pattern(name), bounds, row.get("each", "path"), default))

    def read_metric(self, row):
        kinds, sides = row["kind"].split(", "), row["adverse"].split(", ")
        for i, name in enumerate(names(row["metric"])):
            kind, side = kinds[min(i, len(kinds) - 1)], sides[min(i, len(sides) - 1)]
            self.metrics.append((pattern(name), kind, side, row["definition"]))

    @functools.lru_cache(maxsize=None)
    def key(self, key):
        """Bounds, `each` and default of an assumption; None when it has none that is a number."""
        for form, *told in self.keys:
            if form.match(key):
                return told
        raise KeyError(f"models/README.md has no bounds for {key}")

    @functools.lru_cache(maxsize=None)
    def metric(self, name):
        """Kind of a metric and its adverse side; for a ratio also its two parts."""
        for form, kind, side, definition in self.metrics:
            if form.match(name):
                return kind, side, re.findall(r"`([^`]+)`", definition)[:2] if kind == "ratio" else None
        raise KeyError(f"models/README.md has no metric {name}")
