#!/usr/bin/env python3
"""The KMNIST network in another framework, timed on request: the other half of `sumi bench --peers`.

    peers.py PEER --data DIR --threads N

PEER: pytorch, keras-tensorflow, keras-jax (training and inference), onnxruntime, openvino (inference; they take the
network from PyTorch through ONNX). DIR: the IDX files. Layers, settings and batches are sumi's: batches of 250 images
in a new order, Adam, loss and accuracy kept for every batch.

Talks JSON, one line each way. First it says who it is, and, where it trains, the seconds from its start to the end of
the first batch:
    {"peer": "pytorch", "version": "2.15.0", "start_to_first_batch_s": 5.9}
or why it can't: {"peer": "pytorch", "missing": "No module named 'torch'"}. Then each line that it reads, `train N`,
`infer_250 N` or `infer_1 N`, makes it do so N times; the answer is the seconds that took, as a number. `memory` is
answered by the peak in MB. It ends with its input.
"""
import argparse
import gzip
import importlib
import json
import os
import resource
import struct
import sys
import tempfile
import time

STARTED = time.perf_counter()
BATCH = 250


def read_idx(folder, names):
    """The first of the files that is there, plain or gzip, as an array."""
    import numpy

    for name in names:
        for path, opened in ((os.path.join(folder, name), open), (os.path.join(folder, name + ".gz"), gzip.open)):
            if not os.path.exists(path):
                continue
            with opened(path, "rb") as stream:
                content = stream.read()
            rank = content[3]
            shape = struct.unpack_from(f">{rank}I", content, 4)
            return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)
    raise FileNotFoundError(f"none of {', '.join(names)} in {folder}")


def load(folder):
    """Images (n, 28, 28, 1) from 0 to 1, and labels."""
    images = read_idx(folder, ("train-images-idx3-ubyte", "train-images.idx3-ubyte"))
    labels = read_idx(folder, ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"))
    return images[..., None].astype("float32") / 255, labels.astype("int64")


def pytorch_layers():
    from torch import nn

    def normed(norm, width):
        return norm(width, eps=1e-3, momentum=0.01)  # Keras's settings in PyTorch's words

    layers = []
    for inputs, outputs in ((1, 32), (32, 64)):
        layers += [nn.Conv2d(inputs, outputs, 3), nn.ReLU(), normed(nn.BatchNorm2d, outputs), nn.MaxPool2d(2),
                   normed(nn.BatchNorm2d, outputs)]
    layers += [nn.Flatten(), nn.Linear(64 * 5 * 5, 256), nn.ReLU(), normed(nn.BatchNorm1d, 256), nn.Linear(256, 10)]
    for layer in layers:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return layers


def keras_layers():
    from keras import layers

    stack = []
    for filters in (32, 64):
        stack += [layers.Conv2D(filters, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(),
                  layers.BatchNormalization()]
    return stack + [layers.Flatten(), layers.Dense(256, activation="relu"), layers.BatchNormalization(),
                    layers.Dense(10, activation="softmax")]


class PyTorch:
    """In eager mode, with images in the layout that its convolutions prefer."""

    def __init__(self, arguments):
        import torch

        torch.set_num_threads(arguments.threads)
        self.torch, self.version = torch, torch.__version__
        images, labels = load(arguments.data)
        self.images = self.laid_out(torch.from_numpy(images).permute(0, 3, 1, 2))
        self.labels = torch.from_numpy(labels)
        self.model = torch.nn.Sequential(*pytorch_layers()).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.model.parameters(), eps=1e-7)
        self.batches = iter(())
        self.loss = self.correct = 0.0

    def laid_out(self, images):
        return images.contiguous(memory_format=self.torch.channels_last)

    def next_batch(self):
        chosen = next(self.batches, None)
        if chosen is None:
            order = self.torch.randperm(len(self.images))
            self.batches = iter(order[:len(order) // BATCH * BATCH].split(BATCH))
            chosen = next(self.batches)
        return self.laid_out(self.images[chosen]), self.labels[chosen]

    def train(self, count):
        self.model.train()
        for _ in range(count):
            x, y = self.next_batch()
            self.optimizer.zero_grad(set_to_none=True)
            scores = self.model(x)
            loss = self.torch.nn.functional.cross_entropy(scores, y)
            loss.backward()
            self.optimizer.step()
            self.loss += loss.item()
            self.correct += (scores.argmax(1) == y).sum().item()

    def infer(self, size, count):
        self.model.eval()
        x = self.laid_out(self.images[:size])
        with self.torch.inference_mode():
            for _ in range(count):
                self.torch.softmax(self.model(x), 1)


class Keras:
    """fit and predict, as its tutorials use them."""

    def __init__(self, arguments, backend):
        os.environ["KERAS_BACKEND"] = backend
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        library = importlib.import_module(backend)  # before Keras, whose own error doesn't name what is missing
        if backend == "tensorflow":
            library.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        import keras

        self.version = f"{keras.__version__} on {library.__version__}"
        self.images, self.labels = load(arguments.data)
        self.model = keras.Sequential([keras.Input((28, 28, 1)), *keras_layers()])
        self.model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy",
                           metrics=["accuracy"])

    def train(self, count):
        images = count * BATCH
        self.model.fit(self.images[:images], self.labels[:images], batch_size=BATCH, verbose=0)

    def infer(self, size, count):
        if size == 1:
            for _ in range(count):
                self.model.predict_on_batch(self.images[:1])
        else:
            self.model.predict(self.images[:count * size], batch_size=size, verbose=0)


def export(arguments):
    """The network as an ONNX file, and images as it takes them."""
    import torch

    path = os.path.join(arguments.folder, "model.onnx")
    model = torch.nn.Sequential(*pytorch_layers(), torch.nn.Softmax(1)).eval()
    torch.onnx.export(model, (torch.zeros(2, 1, 28, 28),), path, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, dynamo=False)
    return path, load(arguments.data)[0][:BATCH].transpose(0, 3, 1, 2).copy()


class OnnxRuntime:
    def __init__(self, arguments):
        import onnxruntime

        self.version = onnxruntime.__version__
        path, self.images = export(arguments)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def infer(self, size, count):
        for _ in range(count):
            self.session.run(None, {"x": self.images[:size]})


class OpenVino:
    """In float32, compiled for each batch size."""

    def __init__(self, arguments):
        import openvino

        self.version = openvino.__version__.split("-")[0]
        path, self.images = export(arguments)
        core = openvino.Core()
        settings = {"INFERENCE_NUM_THREADS": arguments.threads, "INFERENCE_PRECISION_HINT": "f32",
                    "PERFORMANCE_HINT": "LATENCY"}
        self.requests = {}
        for size in (1, BATCH):
            model = core.read_model(path)
            model.reshape([size, 1, 28, 28])
            self.requests[size] = core.compile_model(model, "CPU", settings).create_infer_request()

    def infer(self, size, count):
        for _ in range(count):
            self.requests[size].infer({0: self.images[:size]})


PEERS = {
    "pytorch": PyTorch,
    "keras-tensorflow": lambda arguments: Keras(arguments, "tensorflow"),
    "keras-jax": lambda arguments: Keras(arguments, "jax"),
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVino,
}


def serve(arguments, answer):
    try:
        peer = PEERS[arguments.peer](arguments)
    except ImportError as error:
        answer({"peer": arguments.peer, "missing": str(error)})
        return
    first = None
    if hasattr(peer, "train"):
        peer.train(1)
        first = round(time.perf_counter() - STARTED, 2)
    answer({"peer": arguments.peer, "version": peer.version, "start_to_first_batch_s": first})
    work = {"train": getattr(peer, "train", None), "infer_250": lambda count: peer.infer(BATCH, count),
            "infer_1": lambda count: peer.infer(1, count)}
    for line in sys.stdin:
        task, *count = line.split()
        if task == "memory":
            answer(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
            continue
        begin = time.perf_counter()
        work[task](int(count[0]))
        answer(time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    # Only answers go to standard output; what the libraries print goes to standard error.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as arguments.folder:
        serve(arguments, lambda value: print(json.dumps(value), file=answers))


if __name__ == "__main__":
    main()
