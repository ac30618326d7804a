"""The executor of a site that outgrew one process: tasks go to workers by NATS JetStream, and come back if they die.

Needs the extra ``nats``. The truth stays in the state: a task that the server loses is derived again.
"""
