"""Keras or PyTorch in a process of its own: trains and predicts with one of the networks.

Arguments: keras|torch, the network with and without dropout (JSON, as in networks.ts), threads, batches of an
epoch. The same optimizer, loss, data and weights to start from as in networks.ts and workload.ts, and the
same conversation over lines as in conversation.ts.
"""
import json
import os
import re
import sys
import time

framework = sys.argv[1]
networks = json.loads(sys.argv[2])
threads, epoch_batches = map(int, sys.argv[3:])
os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402

ONE_HOT = np.eye(10, dtype=np.float32)


def examples(size):
    images = np.random.RandomState(0).random_sample((size, 28, 28, 1)).astype(np.float32)
    return images, np.arange(size) % 10


def draw(random, shape):
    limit = np.sqrt(6 / (np.prod(shape[:-2]) * sum(shape[-2:])))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def keras_peer():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras

    def snake(name):
        return re.sub("([A-Z])", lambda m: "_" + m[1].lower(), name)

    classes = {name.lower(): getattr(keras.layers, name) for name in dir(keras.layers)}

    def apply(layers, x, random):
        for layer in layers:
            if "main" in layer:
                x = keras.layers.Add()([apply(layer[b], x, random) for b in ("main", "shortcut")])
                continue
            config = {snake(key): value for key, value in layer["config"].items()}
            if config.get("data_format"):
                config["data_format"] = "channels_last"
            built = classes[layer["layer"].lower()](**config)
            x = built(x)
            built.set_weights([draw(random, w.shape) if w.ndim > 1 else w for w in built.get_weights()])
        return x

    def build(network):
        image = keras.Input((28, 28, 1))
        model = keras.Model(image, apply(network["layers"], image, np.random.RandomState(1)))
        if network["target"] == "digit":
            model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        else:
            model.compile("adam", "mean_squared_error")
        return model

    def prepare(batch):
        def data(size):
            images, labels = examples(size)
            return images, images if networks[0]["target"] == "image" else ONE_HOT[labels]

        model = build(networks[0])
        x, y = data(batch)
        epoch_x, epoch_y = data(epoch_batches * batch)

        def losses(steps):
            model = build(networks[1])
            result = []
            for _ in range(steps):
                model.reset_metrics()  # else Keras gives the mean of all steps so far
                result.append(float(np.ravel(model.train_on_batch(x, y))[0]))
            return result

        return {
            "losses": losses,
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
    is_image = networks[0]["target"] == "image"

    class Residual(nn.Module):
        def __init__(self, main, shortcut):
            super().__init__()
            self.main, self.shortcut = main, shortcut

        def forward(self, x):
            return self.main(x) + self.shortcut(x)

    class Flatten(nn.Module):
        def forward(self, x):  # pixels first, as Keras has it; in this layout it copies nothing
            return (x.flip(2, 3) if mirror else x).permute(0, 2, 3, 1).flatten(1)

    class EverySecond(nn.Module):  # where Keras puts a convolution of one pixel and stride 2
        def forward(self, x):
            return x[:, :, 1::2, 1::2]

    class GlobalAverage(nn.Module):
        def forward(self, x):
            return x.mean((2, 3))

    class Rows(nn.Module):
        def forward(self, x):
            return x.squeeze(1)

    class Lstm(nn.Module):
        def __init__(self, units):
            super().__init__()
            self.lstm = nn.LSTM(28, units, batch_first=True)

        def forward(self, x):
            return self.lstm(x)[0][:, -1]

    class LazyDepthwise(nn.LazyConv2d):
        def initialize_parameters(self, input):
            self.groups = self.out_channels = input.shape[1]
            super().initialize_parameters(input)

    activations = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softmax": nn.Identity,
                   "linear": nn.Identity}

    def make(layer, config):
        """One module; softmax is left to the loss."""
        size, stride = config.get("kernelSize"), config.get("strides", 1)
        # Of the two sides that "same" pads unevenly, PyTorch pads the other more: see `mirror`.
        conv = {"kernel_size": size, "stride": stride, "bias": config.get("useBias", True)}
        conv["padding"] = (size - 1) // 2 if config.get("padding") == "same" else 0
        if layer == "conv2d" and size == 1 and stride == 2:
            return nn.Sequential(EverySecond(), nn.LazyConv2d(config["filters"], 1, bias=conv["bias"]))
        if layer == "conv2d":
            return nn.LazyConv2d(config["filters"], **conv)
        if layer == "depthwiseConv2d":
            return LazyDepthwise(1, **conv)
        if layer == "conv2dTranspose":
            return nn.LazyConvTranspose2d(config["filters"], output_padding=stride - 1, **conv)
        return {
            "dense": lambda: nn.LazyLinear(config["units"]),
            "batchNormalization": lambda: None,
            "activation": lambda: activations[config["activation"]](),
            "maxPooling2d": lambda: nn.MaxPool2d(config["poolSize"]),
            "averagePooling2d": lambda: nn.AvgPool2d(config["poolSize"]),
            "globalAveragePooling2d": GlobalAverage,
            "flatten": Flatten,
            "dropout": lambda: nn.Dropout(config["rate"]),
            "reshape": Rows,
            "lstm": lambda: Lstm(config["units"]),
        }[layer]()

    def norm(flat):
        return (nn.LazyBatchNorm1d if flat else nn.LazyBatchNorm2d)(eps=1e-3, momentum=0.01)

    def sequence(layers):
        modules, flat = [], False
        for layer in layers:
            if "main" in layer:
                modules.append(Residual(sequence(layer["main"]), sequence(layer["shortcut"])))
                continue
            flat = flat or layer["layer"] in ("flatten", "globalAveragePooling2d")
            modules.append(make(layer["layer"], layer["config"]) or norm(flat))
            if "activation" in layer["config"] and layer["layer"] != "activation":
                modules.append(activations[layer["config"]["activation"]]())
        return nn.Sequential(*modules)

    # Keras pads images of even size by one more behind than in front, PyTorch the other way round. With
    # images and kernels mirrored, both do the same arithmetic.
    mirror = '"strides":2' in sys.argv[2]

    def mirrored(values, axes):
        return np.flip(values, axes) if mirror else values

    def load(parameter, values):
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))

    def build(network):
        model = sequence(network["layers"])
        model.eval()
        model(torch.zeros(2, 1, 28, 28))
        random = np.random.RandomState(1)
        for module in model.modules():
            if isinstance(module, nn.Linear):
                load(module.weight, draw(random, tuple(module.weight.shape[::-1])).T)
            elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                out, into, height, width = module.weight.shape
                if isinstance(module, nn.Conv2d) and module.groups > 1:
                    values = draw(random, (height, width, out, into)).transpose(2, 3, 0, 1)
                else:
                    values = draw(random, (height, width, into, out)).transpose(3, 2, 0, 1)
                load(module.weight, mirrored(values, (2, 3)))
            elif isinstance(module, nn.LSTM):
                into, units = 28, module.hidden_size
                load(module.weight_ih_l0, draw(random, (into, 4 * units)).T)
                load(module.weight_hh_l0, draw(random, (units, 4 * units)).T)
                load(module.bias_ih_l0, np.repeat(np.float32([0, 1, 0, 0]), units))
                load(module.bias_hh_l0, np.zeros(4 * units, np.float32))
                module.bias_hh_l0.requires_grad_(False)  # Keras has one bias
                continue
            if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)) and module.bias is not None:
                nn.init.zeros_(module.bias)
        model.train()
        return model.to(memory_format=layout)

    def data(size):
        images, labels = examples(size)
        images = mirrored(images, (1, 2)).transpose(0, 3, 1, 2)
        x = torch.from_numpy(images.copy()).contiguous(memory_format=layout)
        return x, x if is_image else torch.from_numpy(labels)

    loss_of = nn.MSELoss() if is_image else nn.CrossEntropyLoss()

    def stepper(network, x, y):
        model = build(network)
        optimizer = torch.optim.Adam(
            [p for p in model.parameters() if p.requires_grad], eps=1e-7)

        def step(x=x, y=y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.item()

        return model, step

    def prepare(batch):
        x, y = data(batch)
        model, step = stepper(networks[0], x, y)
        epoch_x, epoch_y = data(epoch_batches * batch)

        def losses(steps):
            _, step = stepper(networks[1], x, y)
            return [step() for _ in range(steps)]

        def predict():
            model.eval()
            with torch.no_grad():
                y = model(x)
                result = (y if is_image else torch.softmax(y, 1)).numpy()
            model.train()
            return result

        def epoch():
            for rows in torch.randperm(len(epoch_y)).split(batch):
                step(epoch_x[rows], epoch_y[rows])

        return {"losses": losses, "step": step, "predict": predict, "epoch": epoch}

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
    answer = work["losses"](runs) if what == "losses" else times(work[what], runs)
    print(json.dumps(answer), flush=True)
