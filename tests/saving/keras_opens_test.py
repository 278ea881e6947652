"""Opens what sumi saved with real Keras, and with sumi what Keras saved after a further step.

keras_opens_test.py WRITE_FOR_KERAS FOLDER

Exit code 77 where there is no Keras to be had: the test is then skipped.
"""

import json
import pathlib

import real_keras

# What two float32 libraries may differ by after one pass and one update.
TOLERANCE = 1e-5


def check(folder):
    """Runs under the Python that has Keras."""
    import keras
    import numpy as np

    count = 20 * 12 * 12
    x = (((np.arange(count) * 37 + 11) % 101 - 50).astype("float32") / np.float32(50)).reshape(20, 12, 12, 1)
    y = np.array([i * i % 5 for i in range(20)])
    failures = 0

    def expect(what, holds, detail=""):
        nonlocal failures
        print("ok" if holds else "NOT OK", what, detail)
        failures += not holds

    for file in sorted(pathlib.Path(folder).glob("*.keras")):
        expected = json.loads(file.with_suffix(".expected.json").read_text())
        model = keras.models.load_model(file)
        name = model.name
        difference = np.abs(model.predict(x, verbose=0).ravel() - np.array(expected["predict"])).max()
        expect(f"{name}: predictions", difference <= TOLERANCE, difference)
        expect(f"{name}: to_json", as_this_keras(model.to_json()) == as_this_keras(expected["to_json"]))
        expect(f"{name}: iterations", int(model.optimizer.iterations) == expected["iterations"])
        before = model.get_weights()
        for form in (".weights.h5", "_shards.weights.json"):
            other = keras.models.model_from_json(expected["to_json"])
            other.load_weights(file.with_name(name + form))
            same = all((a == b).all() for a, b in zip(other.get_weights(), before))
            expect(f"{name}{form}", same and int(other.optimizer.iterations) == expected["iterations"])
        loss = model.train_on_batch(x, y, return_dict=True)["loss"]
        expect(f"{name}: loss of one more step", abs(loss - expected["loss"]) <= TOLERANCE, loss)
        differences = [
            np.abs(a.ravel() - np.array(b)).max() for a, b in zip(model.get_weights(), expected["weights_after"])
        ]
        expect(f"{name}: weights after it", max(differences) <= TOLERANCE, max(differences))
        back = file.parent / "back" / file.name
        model.save(back)
        model.train_on_batch(x, y)
        weights = [weight.ravel().tolist() for weight in model.get_weights()]
        back.with_suffix(".weights.json").write_text(json.dumps(weights))
    return failures


def as_this_keras(text):
    """The text without what only newer or older releases of Keras write."""
    sometimes = ("input_axes", "output_axes", "renorm", "renorm_clipping", "renorm_momentum", "quantization_config")

    def without(value):
        if isinstance(value, dict):
            # The axis of a loss is written from 3.16 on.
            new = sometimes + (("axis",) if "ignore_class" in value else ())
            return {k: without(v) for k, v in value.items() if k not in new}
        return [without(v) for v in value] if isinstance(value, list) else value

    return json.dumps(without(json.loads(text)))


real_keras.there_and_back(__file__, check, "files")
