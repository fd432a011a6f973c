# SPDX-License-Identifier: GPL-3.0-or-later
"""Revenue: prices, billings, refunds, deferral, tax, channels, the bridge of arr."""
import numpy as np

from people import segment_means
from world import divide, parts


def prices(w, opening=False):
    """A month of a monthly plan, and a twelfth of a year of an annual one: pm, pa."""
    tax = 1.0
    if w.scenario.text("sales_tax.prices") == "with_tax":
        tax = 1 / (1 + w.value("sales_tax.rate", opening=opening))
    month = segment_means(w, opening)[0] * w.get("market.price", 1.0) * tax
    month = month * (1 - w.value("revenue.discount", opening=opening))
    return month, month * (1 - w.value("revenue.annual_discount", opening=opening))


def deferral(w, kept):
    """E and DR from the values of annual plans that are kept, W_t .. W_{t-4}."""
    factors = ((1.5, 3, 3, 3, 1.5), (10.5, 7.5, 4.5, 1.5, 0)) if w.is_average else ((3, 3, 3, 3, 0), (9, 6, 3, 0, 0))
    return tuple(sum(f * x for f, x in zip(row, kept)) for row in factors)


def start_revenue(w):
    if not w.has("revenue"):
        return
    month, annual = prices(w, opening=True)
    w["price.month"] = month
    begun = [w.get(f"annual.{j}") for j in (4, 1, 2, 3)]  # N_0, N_{-1}, N_{-2}, N_{-3}
    for i in range(4):
        w[f"annual.value.{i}"] = w[f"annual.kept.{i}"] = begun[i] * annual
    w["paid.monthly"] = w["paid"] - sum(begun)
    w["mrr"] = w["paid.monthly"] * month + sum(w[f"annual.value.{i}"] for i in range(4))
    w["arr"] = 12 * w["mrr"]
    w["deferred_revenue"] = deferral(w, [w[f"annual.kept.{i}"] for i in range(4)] + [0])[1]
    if w.has("sales_tax"):
        w["tax_payable"] = w.opening("start.tax_payable", 0.0)
    if w.has("channel"):
        w["receivables"] = w.opening("start.receivables", 0.0)


def revenue(w):
    if not w.has("revenue"):
        return
    month, annual = prices(w)
    w["price.month"], w["price.annual"] = month, annual
    chosen = w["annual.chosen"]
    begun = chosen + w.get("annual.4")
    w["annual.value.0"] = begun * annual
    for i in range(1, 5):
        w[f"annual.value.{i}"] = w.before(f"annual.value.{i - 1}")
    w["paid.monthly"] = np.maximum(w["paid"] - chosen - sum(w.get(f"annual.{j}") for j in range(1, 5)), 0)
    w["mrr"] = w["paid.monthly"] * month + sum(w[f"annual.value.{i}"] for i in range(4))
    w["arr"] = 12 * w["mrr"]
    billings(w, begun)
    tax_and_channels(w)
    bridge(w)


def billings(w, begun):
    month, annual = w["price.month"], w["price.annual"]
    monthly = 3 * month * w.average("paid.monthly")
    w["billings"] = monthly + 12 * w["annual.value.0"]
    w["payments"] = 3 * w.average("paid.monthly") * (month > 0) + begun * (annual > 0)
    kept = 1.0
    if w.has("refunds"):
        refunded, charged_back = w.value("refunds.share"), w.value("refunds.chargeback_share")
        w["refunds"] = refunded * w["billings"]
        w["chargebacks"] = (1 - refunded) * charged_back * w["billings"]
        kept = (1 - refunded) * (1 - charged_back)
        w.line("cost.chargebacks", "cogs.fees",
               (1 - refunded) * charged_back * w["payments"] * w.value("refunds.chargeback_fee"))  # fmt: skip
    w["annual.kept.0"] = kept * w["annual.value.0"]
    for i in range(1, 5):
        w[f"annual.kept.{i}"] = w.before(f"annual.kept.{i - 1}")
    earned, w["deferred_revenue"] = deferral(w, [w[f"annual.kept.{i}"] for i in range(5)])
    w["revenue"] = kept * monthly + earned + w.get("revenue.partner")


def tax_and_channels(w):
    charged = w["billings"] - w.get("refunds") - w.get("chargebacks")
    if w.has("sales_tax"):
        w["tax.collected"] = w.value("sales_tax.rate") * charged
        w["tax.paid"] = w.old["tax_payable"]
        w["tax_payable"] = w["tax.collected"]
    names = w.scenario.names("channel")
    if not names:
        return
    shares = parts([w.value(f"channel.{j}.share") for j in names])
    payments = w["paid.monthly"] * (w["price.month"] > 0)
    payments = payments + (w["paid"] - w["paid.monthly"]) / 12 * (w["price.annual"] > 0)
    w["mrr.net"], days = w["mrr"], 0
    for share, j in zip(shares, names):
        of_price, each = w.value(f"channel.{j}.fee_share"), w.value(f"channel.{j}.fee_each")
        w.line(f"cost.fees.{j}", "cogs.fees", share * (of_price * w["billings"] + each * w["payments"]))
        w["mrr.net"] = w["mrr.net"] - share * (of_price * w["mrr"] + each * payments)
        days = days + share * w.value(f"channel.{j}.settlement_days")
    w["cost.fees"] = sum(w[f"cost.fees.{j}"] for j in names)
    w["receivables"] = (charged + w.get("tax.collected")) * days / 91.25


def bridge(w):
    month, old_month, annual = w["price.month"], w.old["price.month"], w["price.annual"]
    left, ended, renewed = w.get("paid.churned"), w.get("annual.left"), w.get("annual.4")
    ending = w["annual.value.4"]
    lost = divide(ending * ended, ended + renewed, 0)
    monthly = 12 * (w.old["paid.monthly"] - (left - ended)) * (month - old_month)
    yearly = 12 * (renewed * annual - (ending - lost))
    came = w["paid"] - (w.old["paid"] - left)
    gained = 12 * ((came - w["annual.chosen"]) * month + w["annual.chosen"] * annual)
    w["arr.opening"] = 12 * w.old["mrr"]
    w["arr.reactivated"] = divide(gained * w.get("paid.reactivated"), came, 0)
    w["arr.new"] = gained - w["arr.reactivated"]
    w["arr.expansion"] = np.maximum(monthly, 0) + np.maximum(yearly, 0)
    w["arr.contraction"] = np.maximum(-monthly, 0) + np.maximum(-yearly, 0)
    w["arr.churned"] = 12 * ((left - ended) * old_month + lost)
    w["arr.gained"] = w["arr.new"] + w["arr.expansion"] + w["arr.reactivated"]
    w["arr.lost"] = w["arr.contraction"] + w["arr.churned"]
    w["arr.net_new"] = w["arr.gained"] - w["arr.lost"]
    w["arr.kept"] = w["arr.opening"] - w["arr.lost"]
    w["arr.retained"] = w["arr.kept"] + w["arr.expansion"]
