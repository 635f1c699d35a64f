"""Keras or PyTorch in a process of its own: trains and predicts with the report's network.

Arguments: keras|torch, threads, batches of an epoch. The same network, optimizer, loss, data and weights
to start from as in workload.ts, and the same conversation over lines as in conversation.ts.
"""
import json
import os
import sys
import time

framework = sys.argv[1]
threads, epoch_batches = map(int, sys.argv[2:])
os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402

SHAPES = [(3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 128), (128,), (128, 10), (10,)]


def examples(size):
    images = np.random.RandomState(0).random_sample((size, 28, 28, 1)).astype(np.float32)
    return images, np.arange(size) % 10


def start_weights():
    random = np.random.RandomState(1)
    for shape in SHAPES:
        if len(shape) == 1:
            yield np.zeros(shape, np.float32)
        else:
            limit = np.sqrt(6 / (np.prod(shape[:-2]) * sum(shape[-2:])))
            yield random.uniform(-limit, limit, shape).astype(np.float32)


def keras_peer():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras

    one_hot = np.eye(10, dtype=np.float32)

    def prepare(batch):
        model = keras.Sequential([
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        model.set_weights(list(start_weights()))
        x, labels = examples(batch)
        y = one_hot[labels]
        epoch_x, epoch_labels = examples(epoch_batches * batch)
        epoch_y = one_hot[epoch_labels]

        def loss():
            model.reset_metrics()  # else Keras gives the mean of all steps so far
            return float(model.train_on_batch(x, y)[0])

        return {
            "loss": loss,
            "step": lambda: model.train_on_batch(x, y),
            "predict": lambda: model.predict_on_batch(x),
            "epoch": lambda: model.fit(epoch_x, epoch_y, batch_size=batch, epochs=1, verbose=0),
        }

    return f"Keras {keras.__version__}, TensorFlow {tf.__version__}", prepare


def torch_peer():
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    layout = torch.channels_last  # the faster one on CPUs

    def tensors(images, labels):
        x = torch.from_numpy(images.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)
        return x, torch.from_numpy(labels)

    def prepare(batch):
        model = nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10),
        )
        for parameter, weight in zip(model.parameters(), start_weights()):
            if weight.ndim == 4:
                weight = weight.transpose(3, 2, 0, 1)
            elif weight.shape[0] == 1600:  # PyTorch flattens channels first
                weight = weight.reshape(5, 5, 64, 128).transpose(3, 2, 0, 1).reshape(128, 1600)
            else:
                weight = weight.T
            parameter.data.copy_(torch.from_numpy(weight.copy()))
        model = model.to(memory_format=layout)
        optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
        cross_entropy = nn.CrossEntropyLoss()
        x, y = tensors(*examples(batch))
        epoch_x, epoch_y = tensors(*examples(epoch_batches * batch))

        def step(x=x, y=y):
            optimizer.zero_grad()
            loss = cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.item()

        def predict():
            with torch.no_grad():
                return torch.softmax(model(x), 1).numpy()

        def epoch():
            for rows in torch.randperm(len(epoch_y)).split(batch):
                step(epoch_x[rows], epoch_y[rows])

        return {"loss": step, "step": step, "predict": predict, "epoch": epoch}

    return f"PyTorch {torch.__version__}", prepare


def times(fn, runs):
    result = []
    for _ in range(runs):
        start = time.perf_counter()
        fn()
        result.append(1000 * (time.perf_counter() - start))
    return result


version, prepare = keras_peer() if framework == "keras" else torch_peer()
prepared = {}
print(json.dumps({"version": version}), flush=True)
for line in sys.stdin:
    what, *numbers = line.split()
    batch, runs = map(int, numbers)
    if batch not in prepared:
        prepared[batch] = prepare(batch)
    work = prepared[batch]
    if what == "losses":
        answer = [work["loss"]() for _ in range(runs)]
    else:
        answer = times(work[what], runs)
    print(json.dumps(answer), flush=True)
