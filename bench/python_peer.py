"""Keras or PyTorch in a process of its own: trains and predicts with the report's network.

Arguments: keras|torch, threads, batch size, batches of an epoch. The same network, optimizer, loss, data
and weights to start from as in workload.ts, and the same conversation over lines as in conversation.ts.
"""
import json
import os
import sys
import time

framework = sys.argv[1]
threads, batch, epoch_batches = map(int, sys.argv[2:])
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


def keras_work():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras

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
    one_hot = np.eye(10, dtype=np.float32)
    images, labels = examples(batch)
    targets = one_hot[labels]
    epoch_images, epoch_labels = examples(epoch_batches * batch)
    epoch_targets = one_hot[epoch_labels]

    def step():
        return float(model.train_on_batch(images, targets)[0])

    def loss():
        model.reset_metrics()  # else Keras gives the mean of all steps so far
        return step()

    def predict():
        return model.predict_on_batch(images)

    def epoch():
        model.fit(epoch_images, epoch_targets, batch_size=batch, epochs=1, verbose=0)

    version = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
    return version, {"loss": loss, "step": step, "predict": predict, "epoch": epoch}


def torch_work():
    import torch

    torch.set_num_threads(threads)
    # Channels last is the faster layout of the two on CPUs.
    layout = torch.channels_last

    def tensors(images, labels):
        x = torch.from_numpy(images.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)
        return x, torch.from_numpy(labels)

    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(32, 64, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(1600, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10),
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
    cross_entropy = torch.nn.CrossEntropyLoss()
    x, y = tensors(*examples(batch))
    epoch_x, epoch_y = tensors(*examples(epoch_batches * batch))

    def train(x=x, y=y):
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
            train(epoch_x[rows], epoch_y[rows])

    version = f"PyTorch {torch.__version__}"
    return version, {"loss": train, "step": train, "predict": predict, "epoch": epoch}


def times(fn, runs):
    result = []
    for _ in range(runs):
        start = time.perf_counter()
        fn()
        result.append(1000 * (time.perf_counter() - start))
    return result


version, work = keras_work() if framework == "keras" else torch_work()
print(json.dumps({"version": version}), flush=True)
for line in sys.stdin:
    what, runs = line.split()
    if what == "losses":
        answer = [work["loss"]() for _ in range(int(runs))]
    else:
        answer = times(work[what], int(runs))
    print(json.dumps(answer), flush=True)
