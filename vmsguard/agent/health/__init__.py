"""Tell machines how the agent is: its service manager, its monitoring, and whoever watches for its silence."""
