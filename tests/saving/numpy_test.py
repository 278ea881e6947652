"""Reads with NumPy what sumi wrote, and with sumi what NumPy wrote.

numpy_test.py WRITE_FOR_NUMPY FOLDER

Exit code 77 where there is no NumPy to be had (it comes with Keras): the test is then skipped.
"""

import pathlib

import real_keras

TYPES = ("float32", "float64") + tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))


def check(folder):
    """Runs under the Python that has NumPy."""
    import numpy as np

    def ramp(name):
        return np.arange(24, dtype=name).reshape(2, 3, 4)

    failures = 0

    def expect(what, array, expected):
        nonlocal failures
        holds = array.dtype == expected.dtype and array.shape == expected.shape and (array == expected).all()
        print("ok" if holds else "NOT OK", what)
        failures += not holds

    folder = pathlib.Path(folder)
    stored, deflated = np.load(folder / "stored.npz"), np.load(folder / "deflated.npz")
    for name in TYPES:
        expect(name, np.load(folder / f"{name}.npy"), ramp(name))
        expect(f"{name}, stored", stored[name], ramp(name))
        expect(f"{name}, deflated", deflated[name], ramp(name))

    arrays = {"bool": np.array([True, False, True]), "single": np.float32(5), "none": np.zeros((0, 5))}
    for name in TYPES:
        arrays[name] = ramp(name)
        arrays[f"{name}_big"] = ramp(name).astype(ramp(name).dtype.newbyteorder(">"))
        arrays[f"{name}_fortran"] = np.asfortranarray(ramp(name))
    np.savez(folder / "savez.npz", **arrays)
    np.savez_compressed(folder / "savez_compressed.npz", **arrays)
    return failures


real_keras.there_and_back(__file__, check, "numpy")
