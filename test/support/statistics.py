"""What SciPy, scikit-learn and statsmodels answer to the inputs on stdin, as JSON on stdout.

Called by test/integration/evaluation/statistics.test.ts, which names the fields.
"""

import json
import sys

from scipy import stats
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

UNREADABLE = "\x00 no answer"


def wilson(trial):
    successes, trials = trial
    ours = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    return {"scipy": [ours.low, ours.high], "statsmodels": proportion_confint(successes, trials, 0.05, "wilson")}


def paired(pair):
    b, c = pair
    table = [[0, b], [c, 0]]
    return {
        "statsmodels": mcnemar(table, exact=True).pvalue,
        "scipy": stats.binomtest(b, b + c, 0.5).pvalue if b + c > 0 else 1.0,
    }


def classified(predictions):
    expected = [each["expected"] for each in predictions]
    predicted = [UNREADABLE if each["predicted"] is None else each["predicted"] for each in predictions]
    labels = sorted({*expected, *predicted} - {UNREADABLE})
    counts = confusion_matrix(expected, predicted, labels=[*labels, UNREADABLE]).tolist()
    occurring = sorted(set(expected))
    return {
        "accuracy": accuracy_score(expected, predicted),
        "macroF1": f1_score(expected, predicted, labels=occurring, average="macro", zero_division=0),
        "labels": labels,
        "counts": [row[:-1] for row in counts[:-1]],
        "unparsed": [row[-1] for row in counts[:-1]],
    }


def main():
    given = json.load(sys.stdin)
    answers = {
        "wilson": [wilson(each) for each in given["wilson"]],
        "paired": [paired(each) for each in given["paired"]],
        "classified": [classified(each) for each in given["classified"]],
        "z": stats.norm.ppf(0.975),
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
