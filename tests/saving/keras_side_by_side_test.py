"""Builds the random models that sumi wrote in real Keras and compares what both make of them.

keras_side_by_side_test.py RANDOM_MODELS FOLDER [COUNT [FIRST_SEED]]

Exit code 77 where there is no Keras to be had: the test is then skipped.
"""

import json
import pathlib
import sys

import real_keras

COUNT = "20"
# Largest difference, relative to the largest number of an array.
TOLERANCE = 1e-4
# Arrays of smaller numbers than this, which are made of numbers of about 1, are compared relative to it.
SMALL = 0.05


def check(folder):
    """Runs under the Python that has Keras."""
    import keras
    import numpy as np

    failures = 0

    def arrays(values):
        return [np.array(value, "float32").ravel() for value in values]

    def expect(what, actual, expected, at_least=0.0):
        nonlocal failures
        worst = 0.0
        for a, b in zip(actual, expected, strict=True):
            scale = max(np.abs(b).max(initial=0), at_least)
            difference = np.abs(a - b).max(initial=0)
            worst = np.maximum(worst, difference / scale if difference else 0)  # not a number if one isn't
        holds = worst <= TOLERANCE
        print("ok" if holds else "NOT OK", what, worst)
        failures += not holds

    for file in sorted(pathlib.Path(folder).glob("model_*.json"), key=lambda file: int(file.stem[6:])):
        sumi = json.loads(file.read_text())
        x, y = (np.array(values, "float32").reshape(shape) for shape, values in (sumi["x"], sumi["y"]))
        model = keras.models.model_from_json(sumi["json"])
        name = file.stem + " (" + ", ".join(type(layer).__name__ for layer in model.layers) + ")"
        start = arrays(sumi["weights"])
        weights = [value.reshape(weight.shape) for value, weight in zip(start, model.get_weights(), strict=True)]
        losses = []

        def train(optimizer, steps):
            model.set_weights(weights)
            model.compile(optimizer=optimizer, loss=sumi["loss"])
            losses.extend(model.train_on_batch(x, y) for _ in range(steps))
            return arrays(model.get_weights())

        model.set_weights(weights)
        expect(f"{name}: predictions", arrays([model(x, training=False)]), arrays(sumi["predictions"]))
        if "after_sgd" in sumi:
            steps = [after - before for after, before in zip(train(keras.optimizers.SGD(1.0), 1), start)]
            expected = [after - before for after, before in zip(arrays(sumi["after_sgd"]), start)]
            # A gradient that is zero but for rounding is small beside the others, or beside what it is the sum of.
            small = max(SMALL, *(1e-2 * np.abs(step).max() for step in steps))
            expect(f"{name}: one step of SGD", steps, expected, small)
            after = train(keras.optimizers.Adam(0.01, epsilon=0.001), 3)
            expect(f"{name}: three steps of Adam", after, arrays(sumi["after_adam"]), SMALL)
        else:  # what is random in training is not the same
            model.compile(loss=sumi["loss"])
            losses.append(model.test_on_batch(x, y))
        expect(f"{name}: losses", arrays(losses), arrays(sumi["losses"]))
    return failures


def main():
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if program.name == "check":
        sys.exit(check(folder) != 0)
    # Without optimization JAX computes the same numbers twice, and not alike, so that the gradient of a maximum is wrong.
    del real_keras.ENVIRONMENT["XLA_FLAGS"]
    count = sys.argv[3:] or [COUNT]
    for old in (folder / "random_models").glob("model_*.json"):
        old.unlink()
    sys.exit(real_keras.write_and_check(__file__, folder, program, folder / "random_models", *count))


main()
