"""Real Keras for the tests that compare sumi with it: pip installs it into a folder of the build."""

import os
import pathlib
import subprocess
import sys

SKIPPED = 77

# Compiling takes longer than computing, so that it is not to take pains.
ENVIRONMENT = {
    **os.environ,
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_backend_optimization_level=0",
}


def run(*command):
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ENVIRONMENT,
    )


def install(folder):
    """A Python with Keras and JAX, made once. Ends the test as skipped where there is none to be had."""
    ENVIRONMENT["KERAS_HOME"] = str(folder / "home")
    python = folder / "venv" / "bin" / "python"
    if python.exists() and run(python, "-c", "import keras, jax").returncode == 0:
        return python
    made = run(sys.executable, "-m", "venv", folder / "venv")
    if made.returncode != 0:
        print("skipped: python3 makes no virtual environment here (Debian: apt-get install python3-venv)")
        sys.exit(SKIPPED)
    installed = run(
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "keras", "jax"
    )
    if installed.returncode != 0:
        print("skipped: pip could not install Keras, most likely without network:")
        print(installed.stdout[-500:])
        sys.exit(SKIPPED)
    return python


def write_and_check(script, folder, *program):
    """Runs the program, which writes into the folder that is its first argument, and then the script's `check` of that
    folder under the Python with Keras. Returns its exit code."""
    python = install(folder)
    written = run(*program)
    if written.returncode != 0:
        print(written.stdout)
        sys.exit(1)
    return subprocess.run([python, script, "check", str(program[1])], env=ENVIRONMENT).returncode


def there_and_back(script, check, files):
    """The whole of a test that is called with a program of sumi's and a folder: the program writes `files` in it, `check`
    reads them and writes others, and the program reads those."""
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if program.name == "check":
        sys.exit(check(folder) != 0)
    failed = write_and_check(script, folder, program, folder / files)
    back = run(program, folder / files, "back")
    print(back.stdout)
    sys.exit(failed or back.returncode)
