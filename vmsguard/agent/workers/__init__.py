"""The line between the agent and its workers: what a worker may ask of state and evidence, and how it is fenced."""
