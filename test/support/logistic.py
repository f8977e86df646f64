"""What scikit-learn fits to the problems on stdin, as JSON on stdout.

Called by test/integration/probes/logistic.test.ts, which names the fields.
"""

import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


def fit(problem):
    training = np.array(problem["training"])
    scaler = StandardScaler().fit(training)
    model = LogisticRegression(C=1 / problem["l2"], tol=1e-10, max_iter=100_000)
    model.fit(scaler.transform(training), problem["classOf"])
    return model.predict_proba(scaler.transform(np.array(problem["asked"]))).tolist()


json.dump([fit(problem) for problem in json.load(sys.stdin)], sys.stdout)
