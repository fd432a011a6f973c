# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario as `scalepath check --resolved --json` tells it: every value, given or default, as TOML."""
import json
import subprocess
import tomllib

from laws import number


def quarter_number(text):
    """2026Q3 as quarters since the year 0."""
    year, quarter = text.split("Q")
    return 4 * int(year) + int(quarter) - 1


class Scenario:
    def __init__(self, program, arguments):
        done = subprocess.run(
            [program, "check", "--resolved", "--json", *arguments], check=True, stdout=subprocess.PIPE, text=True
        )
        self.node, self.given = {}, set()
        for line in done.stdout.splitlines():
            entry = json.loads(line)
            if entry["value"]:
                self.node[entry["key"]] = tomllib.loads("x = " + entry["value"])["x"]
                if entry["given"]:
                    self.given.add(entry["key"])
        self.first = quarter_number(self.node["time.first"])
        self.quarters = self.node["time.quarters"]

    def has(self, key):
        """A key, or a table in which there is one."""
        return key in self.node or any(other.startswith(key + ".") for other in self.node)

    def names(self, table):
        """The instances of a table, in order of name."""
        return sorted({key.split(".")[1] for key in self.node if key.startswith(table + ".")})

    def ladder(self, table):
        """The instances in the order of `from`, and these thresholds."""
        names = sorted(self.names(table), key=lambda name: number(self.node[f"{table}.{name}.from"]))
        return names, [number(self.node[f"{table}.{name}.from"]) for name in names]

    def text(self, key, default=None):
        return self.node.get(key, default)

    def number(self, key, default=None):
        return number(self.node[key]) if key in self.node else default

    def quarter(self, key, default):
        """t of a date, counted from 1."""
        return quarter_number(self.node[key]) - self.first + 1 if key in self.node else default

    def schedule(self, at, t):
        """Number and node of the entry with the latest quarter that is not after t."""
        dates = sorted(at, key=quarter_number)
        past = [i for i, date in enumerate(dates) if quarter_number(date) - self.first + 1 <= t]
        return past[-1], at[dates[past[-1]]]

    # --- Time ---

    def quarter_name(self, t):
        return "{}Q{}".format((self.first + t - 1) // 4, (self.first + t - 1) % 4 + 1)

    def calendar_quarter(self, t):
        return (self.first + t - 1) % 4 + 1

    def fiscal_year(self, t):
        """The calendar year in which the fiscal year of quarter t ends."""
        last = int(self.node["time.fiscal_year_ends"][1])
        year, quarter = divmod(self.first + t - 1, 4)
        return year if quarter + 1 <= last else year + 1
