"""What SciPy, scikit-learn, statsmodels and plain matrices answer to the inputs on stdin, as JSON on stdout.

Called by test/integration/evaluation/grouped-statistics.test.ts, which names the fields.
"""

import json
import sys

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats
from sklearn.metrics import brier_score_loss, f1_score
from statsmodels.stats.multitest import multipletests

UNREADABLE = "\x00 no answer"


def student(case):
    t, df, probability = case
    return {
        "two": 2 * stats.t.sf(abs(t), df),
        "quantile": stats.t.ppf(probability, df),
    }


def power(t_power):
    error, df, level, power = t_power
    return (stats.t.ppf(1 - level / 2, df) + stats.t.ppf(power, df)) * error


def by_group(values):
    """The places of each group's items."""
    names = np.array([each["group"] for each in values])
    return [np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())]


def clustered(sample):
    """CR2 and Bell and McCaffrey's degrees of freedom by their matrices, and Wilson's interval by its equation."""
    values, (least, most) = sample["values"], sample["bounds"]
    y = np.array([each["value"] for each in values], float)
    n = len(y)
    x = np.ones((n, 1))
    hat = x @ x.T / n
    residual = y - y.mean()
    meat, columns = 0.0, []
    for places in by_group(values):
        within = np.eye(len(places)) - hat[np.ix_(places, places)]
        eigenvalues, vectors = np.linalg.eigh(within)
        root = vectors @ np.diag(eigenvalues**-0.5) @ vectors.T
        meat += float(x[places, 0] @ root @ residual[places]) ** 2
        columns.append((np.eye(n) - hat)[:, places] @ root @ x[places, 0] / n)
    variance = meat / n**2
    products = np.array(columns) @ np.array(columns).T
    df = max(1.0, np.trace(products) ** 2 / (products**2).sum())

    items = (residual**2).mean()
    sizes = np.array([len(places) for places in by_group(values)])
    measured = max(variance, items / n)
    alike = items * ((sizes / n) ** 2).sum()
    pure = [set(y[places].tolist()) for places in by_group(values)]
    same = [next(iter(own)) for own in pure if len(own) == 1]
    differing = len(pure) - max((same.count(value) for value in same), default=0)
    cautious = (differing * measured + 2 * max(measured, alike)) / (differing + 2)
    t = stats.t.ppf(0.975, df)
    share = (y.mean() - least) / (most - least)
    trials = share * (1 - share) * (most - least) ** 2 / cautious

    def equation(theta):
        return (share - theta) ** 2 - t**2 * theta * (1 - theta) / trials

    low = optimize.brentq(equation, 0, share, xtol=1e-15)
    high = optimize.brentq(equation, share, 1, xtol=1e-15)
    places = {name: i for i, name in enumerate(dict.fromkeys(each["group"] for each in values))}
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": np.array([places[each["group"]] for each in values])})
    return {
        "error": variance**0.5,
        "df": df,
        "interval": [least + low * (most - least), least + high * (most - least)],
        "cr1": float(fit.bse[0]),
    }


def macro_f1(predictions):
    expected = np.array([each["expected"] for each in predictions])
    predicted = np.array([UNREADABLE if each["predicted"] is None else each["predicted"] for each in predictions])

    def of(kept):
        labels = sorted(set(expected[kept].tolist()))
        return f1_score(expected[kept], predicted[kept], labels=labels, average="macro", zero_division=0)

    groups = by_group(predictions)
    m = len(groups)
    left = np.array([of(np.setdiff1d(np.arange(len(expected)), places)) for places in groups])
    return {"value": of(np.arange(len(expected))), "error": float(np.sqrt((m - 1) / m * ((left - left.mean()) ** 2).sum()))}


def signs(differences):
    """Every sign of every group's difference; SciPy draws none where there are few enough."""
    result = stats.permutation_test(
        (np.array(differences),), np.sum, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    return float(result.pvalue)


def mid_p(pair):
    b, c = pair
    point = stats.binom.pmf(min(b, c), b + c, 0.5)
    return 1 - point / 2 if b == c else 2 * stats.binom.cdf(min(b, c), b + c, 0.5) - point


def calibration(answers):
    confidence = np.array([each["confidence"] for each in answers])
    correct = np.array([each["correct"] for each in answers])
    bins = np.clip(np.digitize(confidence, np.arange(16) / 15, right=True) - 1, 0, 14)
    gaps = [
        (bins == i).sum() * abs(confidence[bins == i].mean() - correct[bins == i].mean())
        for i in range(15)
        if (bins == i).any()
    ]
    return {"brier": brier_score_loss(correct, confidence, labels=[False, True]), "ece": sum(gaps) / len(confidence)}


def main():
    given = json.load(sys.stdin)
    answers = {
        "student": [student(each) for each in given["student"]],
        "power": [power(each) for each in given["power"]],
        "clustered": [clustered(each) for each in given["clustered"]],
        "macroF1": [macro_f1(each) for each in given["classified"]],
        "signs": [signs(each) for each in given["signs"]],
        "midP": [mid_p(each) for each in given["discordant"]],
        "holm": [multipletests(each, method="holm")[1].tolist() for each in given["ps"]],
        "calibration": [calibration(each) for each in given["calibration"]],
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
