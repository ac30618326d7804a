"""The hub: keeps a copy of every site's evidence log, says what it holds, and hands on signed policies.

Needs the extra ``nats``. It enforces nothing: each site's agent goes on without it.
"""
