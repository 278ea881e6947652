"""Times saving and loading of the KMNIST network in Keras and in sumi, in turns, without imports.

files_keras.py BENCH_FILES

BENCH_FILES is build/release/apps/bench_files. Needs a Python with Keras.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402


def median_ms(times, action):
    all_times = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        all_times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(all_times)


layers = keras.layers
model = keras.Sequential(
    [
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.BatchNormalization(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.train_on_batch(np.zeros((1, 28, 28, 1), "float32"), np.array([1]))
with tempfile.TemporaryDirectory(dir=".") as folder:
    file = os.path.join(folder, "bench.keras")
    for _ in range(3):
        print(f"keras save {median_ms(5, lambda: model.save(file)):.1f} ms")
        print(f"keras load {median_ms(5, lambda: keras.models.load_model(file)):.1f} ms")
        sumi = subprocess.run([sys.argv[1], "--folder", folder], capture_output=True, text=True, check=True)
        print("\n".join("sumi " + line for line in sumi.stdout.splitlines()))
