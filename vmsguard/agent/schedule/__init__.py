"""When something is due: aims and alarms of duties, sweeps, pauses after failures, and the clock they go by."""
