"""A camera that means harm, on loopback; it shares no code with the simulator or with any driver."""
