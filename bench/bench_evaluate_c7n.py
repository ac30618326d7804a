"""The same documents and rules through Cloud Custodian's filter engine, in a virtual environment of its own."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_evaluate import NOW, compiled, judged
from camera_documents import documents
from camera_snapshots import snapshot
from measure import Measured, cpu_of, told_by

C7N = "c7n==0.9.53"
VENV = Path(__file__).with_name(".c7n")


def c7n_python() -> str:
    """The interpreter of the environment, made on first use; c7n's pins would fight with ours."""
    python, stamp = VENV / "bin" / "python", VENV / ".installed"
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", C7N]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        stamp.touch()
    return str(python)


def measure(*, quick: bool) -> Measured:
    count, rounds = (500, 1) if quick else (10_000, 3)
    python = c7n_python()
    told = documents(count)
    snapshots = [snapshot(document, NOW) for document in told]
    rules = compiled()
    by_engine = judged(rules, snapshots)
    gc.freeze()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "documents.json")
        path.write_text(json.dumps(told), encoding="utf-8")
        for _ in range(rounds):
            ours.append(cpu_of(lambda: judged(rules, snapshots)))
            answer = told_by("c7n_rules.py", str(path), "1", python=python)
            theirs.append(answer["seconds"])
            if answer["violations"] != by_engine:
                raise AssertionError(f"c7n and the engine disagree: {answer['violations']} and {by_engine}")
    gc.unfreeze()
    return Measured(
        value=min(theirs) / min(ours),
        goal=5,
        higher_is_better=True,
        measured=min(ours) / count * 1e6,
        floor=min(theirs) / count * 1e6,
        unit="CPU µs/camera",
        against=f"Cloud Custodian's filter engine ({C7N}), one value filter per rule",
        note="c7n says match or not and names no fact; it is spared the selection and its annotations",
    )
