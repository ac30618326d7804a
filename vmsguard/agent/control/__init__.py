"""The agent's socket on this machine: what people and commands ask of a running agent, and who asked."""
