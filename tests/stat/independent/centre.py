# SPDX-License-Identifier: GPL-3.0-or-later
"""The path at the centre, where nothing is left to chance: section *The centre* of models/README.md. There both programs
must come to the same figures, but for rounding and the tables from which scalepath reads its medians."""
import os
import subprocess
import tempfile
import zipfile
from xml.etree import ElementTree

import numpy as np
from scipy import stats

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
U = 0.5 + 2**-33
CLOSE, CLOSE_TO_LARGEST = 1e-7, 1e-8  # relative to the figure, and to the largest of its metric


class Middle:
    """In the place of a generator of random numbers."""

    def random(self, n):
        return np.full(n, U)

    def standard_normal(self, n):
        return np.zeros(n)

    def poisson(self, mean):
        return stats.poisson.ppf(U, mean)


def workbook(program, arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "centre.xlsx")
        subprocess.run([program, "run", "--at-centre", *arguments, "--paths", "64", "-o", file], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        with zipfile.ZipFile(file) as book:
            return read_model(book)


def read_model(book):
    """Metric -> text by quarter, the opening state first; None where there is nothing."""
    words = ["".join(part.text or "" for part in word.iter(SPACE + "t"))
             for word in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]  # fmt: skip
    sheets = [sheet.get("name") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(SPACE + "sheet")]
    sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{1 + sheets.index('Model')}.xml"))
    rows = {}
    for row in sheet.iter(SPACE + "row"):
        cells = {}
        for cell in row:
            value = cell.find(SPACE + "v")
            if value is not None and value.text is not None:
                text = words[int(value.text)] if cell.get("t") == "s" else value.text
                cells[column_of(cell.get("r"))] = text
        if cells.get("A") and len(cells) > 4:
            rows[cells["A"]] = cells
    names = sorted(rows["Column"], key=lambda column: (len(column), column))[4:]
    return {metric: [cells.get(column) for column in names] for metric, cells in rows.items()}


def column_of(place):
    return place.rstrip("0123456789")


def number(text):
    return np.nan if text in (None, "") else float(text)


class CentreComparison:
    def __init__(self, model, metrics, tell):
        self.model, self.metrics, self.tell = model, metrics, tell

    def opening(self, period):
        """What has no value of its own is 0."""
        for metric, texts in self.model.items():
            if metric in self.metrics and texts[0] is not None:
                self.figure(metric, 0, "opening", float(np.ravel(period.column.get(metric, 0.0))[0]))

    def quarter(self, t, period):
        for metric, x in period.column.items():
            self.figure(metric, t, period.name, float(np.ravel(x)[0]))
        for metric, names in period.ratios.items():
            above, below = (float(np.ravel(period.column[name])[0]) for name in names)
            self.figure(metric, t, period.name, above / below if below > 0 else np.nan)

    def figure(self, metric, t, name, here):
        if metric not in self.model:
            return
        there = number(self.model[metric][t])
        largest = np.nanmax(np.abs([number(text) for text in self.model[metric]] + [0.0]), initial=0)
        if np.isfinite(here) and np.isfinite(there):
            room = CLOSE * max(abs(here), abs(there)) + CLOSE_TO_LARGEST * (largest if np.isfinite(largest) else 0) + 1e-9
            away = 0 if abs(here - there) <= room else np.inf
        else:
            away = 0 if here == there or np.isnan(here) and np.isnan(there) else np.inf
        self.tell(metric, name, "at the centre", there, here, away)
