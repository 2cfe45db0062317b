"""What a judge takes for what: as text, and as a picture."""

from pathlib import Path

import numpy as np


def among_first(p: np.ndarray, k: int | np.ndarray, count: int = 3) -> np.ndarray:
    """Probabilities [..., classes] -> [...]: whether class k (or k [..., 1]) is among the likeliest `count`."""
    return (np.argsort(-p, axis=-1)[..., :count] == k).any(-1)


def report(classes: list[str], truth: list[str], votes: np.ndarray, taught: dict[str, int]) -> np.ndarray:
    """Prints accuracies and each class's confusions from probabilities [n, classes]; returns counts [true, heard]."""
    right = np.array([classes.index(c) for c in truth])
    matrix = np.zeros((len(classes), len(classes)), int)
    np.add.at(matrix, (right, votes.argmax(1)), 1)
    third = among_first(votes, right[:, None])
    recall = np.diag(matrix) / matrix.sum(1)
    among = [third[right == k].mean() for k in range(len(classes))]
    print(f"{len(classes)} classes, {sum(taught[c] for c in classes)} recordings taught, {len(truth)} held out: "
          f"top 1 {np.mean(votes.argmax(1) == right):.3f}, top 3 {third.mean():.3f}; "
          f"mean of classes {recall.mean():.3f}, top 3 {np.mean(among):.3f}; chance {1 / len(classes):.3f}")
    for k, c in enumerate(classes):
        wrong = [j for j in np.argsort(-matrix[k], kind="stable") if j != k and matrix[k, j]][:4]
        print(f"  {c:13s} {taught[c]:4d} taught, {matrix[k, k]:3d} of {matrix[k].sum():3d} right ({recall[k]:.2f}, top 3 {among[k]:.2f}); "
              + ", ".join(f"{matrix[k, j]} {classes[j]}" for j in wrong))
    return matrix


def plot(path: Path, classes: list[str], matrix: np.ndarray):
    """A picture of counts [true, heard]: the shade is the share of the true class, the number the count."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    figure, axis = plt.subplots(figsize=(11, 10), layout="constrained")
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for i, j in zip(*np.nonzero(matrix)):
        axis.text(j, i, matrix[i, j], ha="center", va="center", fontsize=7, color="white" if share[i, j] > 0.5 else "black")
    axis.set(yticks=range(len(classes)), yticklabels=[f"{c} ({n})" for c, n in zip(classes, matrix.sum(1))],
             xlabel="heard as", ylabel="recordings of")
    axis.set_xticks(range(len(classes)), classes, rotation=60, ha="right")
    figure.savefig(path, dpi=90)
    plt.close(figure)
    print(f"confusions in {path}")
