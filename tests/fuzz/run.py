"""Fuzz the targets with atheris, all at once: ``python tests/fuzz/run.py [--seconds N] [TARGET ...]``.

What is found new is kept in ``--keep DIR`` for whoever wants to add to the corpora; an input that breaks a
target is left beside it, and belongs into the corpus together with the repair. Exit 1 if one was found.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LONGEST_INPUT = {
    "candidates": 4096,
    "challenges": 8192,
    "discovery": 32768,
    "replies": 65536,
    "rtsp": 16384,
    "times": 512,
}
INSTRUMENTED = {
    "candidates": ["vmsguard.fleet.candidates_csv", "vmsguard.policy.attributes"],
    "challenges": ["vmsguard.net", "aiohttp.client_middleware_digest_auth"],
    "discovery": ["vmsguard_onvif"],
    "replies": ["vmsguard_onvif"],
    "rtsp": ["vmsguard.witness"],
    "times": ["vmsguard_onvif", "vmsguard.policy.syntax", "vmsguard.net", "email._parseaddr"],
}
"""What each is watched in: the more of it, the longer everything takes to begin."""
SECONDS_PER_INPUT = 5
_COVERED = re.compile(r"^#\d+\s.*\bcov: (\d+)")
MEGABYTES = 1024


def one(target: str, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    sys.path.insert(0, str(HERE))
    with atheris.instrument_imports(include=INSTRUMENTED[target]):
        from fuzz_targets import TARGETS

    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


def all_of(targets: list[str], seconds: int, keep: Path) -> int:
    running = {}
    for target in targets:
        found, log = keep / target, keep / f"{target}.log"
        found.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, "--one", target, str(found), str(HERE / "corpus" / target)]
        command += [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT[target]}", f"-timeout={SECONDS_PER_INPUT}"]
        command += [f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={keep}/broken-{target}-", "-print_final_stats=1"]
        command += [f"-dict={HERE / 'onvif.dict'}"]
        with log.open("wb") as output:
            running[target] = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ})
    failed = [target for target, process in running.items() if process.wait() != 0]
    for target in targets:
        lines = (keep / f"{target}.log").read_text(errors="replace").splitlines()
        told = [line for line in lines if line.startswith(("stat::number_of_executed", "Done", "stat::peak"))]
        print(f"{target}: {'BROKEN' if target in failed else 'held'}; {_covered(lines)}; {'; '.join(told)}")
        if target in failed:
            print("\n".join(lines[-40:]))
    return 1 if failed else 0


def _covered(lines: list[str]) -> str:
    """How much the kept inputs reach, and how much more was reached from them."""
    seen = [found[1] for line in lines if (found := _COVERED.search(line))]
    return f"cov {seen[0]} -> {seen[-1]}" if seen else "cov unknown"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=sorted(LONGEST_INPUT))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    if told.keep is not None:
        return all_of(told.targets, told.seconds, told.keep)
    with tempfile.TemporaryDirectory() as folder:
        return all_of(told.targets, told.seconds, Path(folder))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3:])
    sys.exit(main())
