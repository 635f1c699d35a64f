"""Trains the report's two models in Keras with many seeds; writes keras.json beside this script.

    pip install keras tensorflow-cpu scikit-learn
    python outputs/reference/make_keras.py train.csv

Shows what the same network reaches in Keras on the same rows, and how much the seed alone changes.
Notebook 05 puts these figures beside its own.

Every epoch has a new order of the examples, drawn here by NumPy from the run's seed, because Keras 3
repeats itself: after `keras.utils.set_random_seed`, its `fit` (TensorFlow backend) goes through the
examples in one and the same order in every epoch. `record_orders` shows both. A few seeds are trained
in that repeated order as well, to show what it does to the figures.

A finished run is kept in outputs/keras/ and is not trained again, so the command can be stopped and
started at any time; keras.json has the runs that are finished.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

os.environ.update(
    CUDA_VISIBLE_DEVICES="-1",
    KERAS_BACKEND="tensorflow",
    # Half as fast again on AMD's processors, where TensorFlow leaves it off.
    TF_ENABLE_ONEDNN_OPTS="1",
    TF_CPP_MIN_LOG_LEVEL="3",
)

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.model_selection import train_test_split

MODELS = {"model-1": {"epochs": 5, "batchSize": 64}, "model-2": {"epochs": 10, "batchSize": 128}}
HERE = pathlib.Path(__file__).resolve().parent


def fit_in_new_orders(model, x, y, *, seed, epochs, **options):
    """`Model.fit` with an order of its own for each epoch."""
    random = np.random.default_rng(seed)
    history = {}
    for epoch in range(epochs):
        rows = random.permutation(len(x))
        figures = model.fit(
            x[rows], y[rows], shuffle=False, initial_epoch=epoch, epochs=epoch + 1, verbose=0, **options
        ).history
        for name, values in figures.items():
            history.setdefault(name, []).extend(values)
    return history


def fit_in_repeated_order(model, x, y, *, seed, epochs, **options):
    """`Model.fit` as it is: Keras shuffles, from the seed that `set_random_seed` has set."""
    return model.fit(x, y, epochs=epochs, verbose=0, **options).history


FITS = {"newOrders": fit_in_new_orders, "repeatedOrder": fit_in_repeated_order}


def record_orders(fit):
    """The order in which `fit` hands over twelve examples, in each of three epochs."""
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.extend(int(i) for i in np.ravel(data[0]))
            return {"loss": 0.0}

    keras.utils.set_random_seed(1)
    model = Recorder()
    model.compile(run_eagerly=True)
    rows = np.arange(12)
    fit(model, rows, rows, seed=1, epochs=3, batch_size=4)
    return np.reshape(seen, (3, 12)).tolist()


def build():
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def load(path):
    """Makes this process ready to train: its share of the cores, and the examples."""
    global examples, images_sha256
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.uint8)
    images_sha256 = hashlib.sha256(rows[:, 1:].tobytes()).hexdigest()
    x = (rows[:, 1:] / 255).astype("float32").reshape(-1, 28, 28, 1)
    y = keras.utils.to_categorical(rows[:, 0], 10)
    examples = train_test_split(x, y, test_size=0.2, random_state=42)


def run(name, order, seed):
    """One training, or its figures from an earlier one; and which digits they belong to."""
    kept = HERE.parent / "keras" / f"{keras.__version__}-{images_sha256[:8]}" / f"{name}-{order}-{seed}.json"
    if kept.exists():
        return images_sha256, json.loads(kept.read_text())
    x_train, x_val, y_train, y_val = examples
    keras.utils.set_random_seed(seed)
    history = FITS[order](
        build(), x_train, y_train, seed=seed, epochs=MODELS[name]["epochs"],
        batch_size=MODELS[name]["batchSize"], validation_data=(x_val, y_val),
    )
    figures = {"seed": seed} | {
        title: round(history[key][-1], 6)
        for title, key in [
            ("loss", "loss"), ("accuracy", "accuracy"),
            ("valLoss", "val_loss"), ("valAccuracy", "val_accuracy"),
        ]
    }
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(figures))
    unfinished.rename(kept)
    print(name, order, figures, flush=True)
    return images_sha256, figures


def main():
    parser = argparse.ArgumentParser(description="Trains the report's two models in Keras.")
    parser.add_argument("train", help="Kaggle's train.csv")
    parser.add_argument("--seeds", type=int, default=20, help="seeds a model (default 20)")
    parser.add_argument(
        "--repeated-seeds", type=int, default=5, help="seeds trained in a repeated order (default 5)"
    )
    # Two trainings on one thread each are faster than one on two.
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="trainings at a time")
    options = parser.parse_args()

    orders = {order: record_orders(fit) for order, fit in FITS.items()}
    assert len({tuple(epoch) for epoch in orders["newOrders"]}) == 3, orders
    print(json.dumps(orders), flush=True)

    seeds = {"newOrders": options.seeds, "repeatedOrder": options.repeated_seeds}
    pool = ProcessPoolExecutor(
        options.jobs, mp_context=get_context("spawn"), initializer=load, initargs=[options.train]
    )
    figures = {}
    with pool:
        futures = {
            pool.submit(run, name, order, seed + 1): (name, order, seed + 1)
            for seed in range(max(seeds.values()))
            for name in MODELS
            for order in FITS
            if seed < seeds[order]
        }
        for future in as_completed(futures):
            digest, figures[futures[future]] = future.result()
            write(digest, orders, figures)


def write(digest, orders, figures):
    """Writes what is done so far, seeds in their order."""
    result = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        # So that the figures are put beside the same digits only.
        "imagesSha256": digest,
        "orders": orders,
        "models": {
            name: settings | {
                order: [figures[task] for task in sorted(figures) if task[:2] == (name, order)]
                for order in FITS
            }
            for name, settings in MODELS.items()
        },
    }
    unfinished = HERE / "keras.json.tmp"
    # A run or an order in a line.
    text = re.sub(r"[\[{][^\[\]{}]*[\]}]", lambda part: " ".join(part[0].split()), json.dumps(result, indent=1))
    unfinished.write_text(text + "\n")
    unfinished.rename(HERE / "keras.json")


if __name__ == "__main__":
    main()
