"""Clients as dependencies of taskiq's tasks, waits that occupy no worker, and heartbeats.

It needs the extra ``asyncops[taskiq]``.
"""

from asyncops.taskiq.clients import ChainloopDep, ZooDep, accounts_of, client_of, install
from asyncops.taskiq.heartbeats import heartbeat
from asyncops.taskiq.wait_once import Later, poll_once

__all__ = [
    "ChainloopDep",
    "Later",
    "ZooDep",
    "accounts_of",
    "client_of",
    "heartbeat",
    "install",
    "poll_once",
]
