"""Runs scikit-learn's models on the very rows that cmd/evaluate used.

    go run ./cmd/evaluate -lesson boston -recipe best -seeds 20 -rows -json boston.json
    python3 -m pip install scikit-learn
    python3 docs/lessons/peers.py boston.json

Each line gives a model's mean over the splits, and against the network: by how
much it is better (+) or worse (-), and on how many splits the network wins.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

PEERS = {
    "boston": {
        "linear regression": lambda: LinearRegression(),
        "random forest": lambda: RandomForestRegressor(500, random_state=0),
        "gradient boosting": lambda: GradientBoostingRegressor(random_state=0),
        "Gaussian process": lambda: make_pipeline(StandardScaler(), GaussianProcessRegressor(
            ConstantKernel() * Matern([1.0] * 13, nu=1.5) + WhiteKernel(0.1), normalize_y=True)),
    },
    "iris": {
        "logistic regression": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "support vector machine": lambda: make_pipeline(StandardScaler(), SVC()),
        "quadratic discriminant": lambda: QuadraticDiscriminantAnalysis(),
        "linear discriminant": lambda: LinearDiscriminantAnalysis(),
        "linear discriminant, shrinkage 0.1": lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1),
    },
}


def table(lesson):
    """The features and targets of the lesson's embedded table."""
    path = pathlib.Path(__file__).parents[2] / "datasets" / "data" / f"{lesson}.csv"
    rows = list(csv.reader(path.open()))[1:]
    x = np.array([[float(v) for v in row[:-1]] for row in rows])
    if lesson == "boston":
        return x, np.array([float(row[-1]) for row in rows])
    return x, np.array([row[-1] for row in rows])


def main():
    evaluation = json.load(open(sys.argv[1]))
    lesson = evaluation["lesson"]
    x, y = table(lesson)
    metric, sign = ("rmse", -1) if lesson == "boston" else ("accuracy", 1)
    network = np.array([run[metric] for run in evaluation["runs"]])
    print(f"{lesson}, {len(network)} splits, {metric}, scikit-learn {sklearn.__version__}")
    print(f"{'network, recipe ' + evaluation['recipe']:36}{network.mean():8.4f}")
    for name, make in PEERS[lesson].items():
        scores = []
        for run in evaluation["runs"]:
            valid = np.array(run["valid_row_numbers"])
            train = np.setdiff1d(np.arange(len(y)), valid)
            said = make().fit(x[train], y[train]).predict(x[valid])
            scores.append(np.sqrt(np.mean((said - y[valid]) ** 2)) if lesson == "boston" else np.mean(said == y[valid]))
        gain = sign * (network - np.array(scores))
        print(f"{name:36}{np.mean(scores):8.4f}   network {gain.mean():+.4f}, better on {np.sum(gain > 0)}, worse on {np.sum(gain < 0)}")


if __name__ == "__main__":
    main()
