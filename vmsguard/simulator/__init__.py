"""Simulated cameras and recorders to try things on; shares no code with any driver."""

from __future__ import annotations

from vmsguard.simulator.fleet_file import Fleet, load_fleet
from vmsguard.simulator.simulator import SimulatedDevice, Simulator
from vmsguard.simulator.truth import Truth

__all__ = ["Fleet", "SimulatedDevice", "Simulator", "Truth", "load_fleet"]
