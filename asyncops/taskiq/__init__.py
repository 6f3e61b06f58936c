"""asyncops in taskiq's workers: clients by injection, waits that hold no worker, heartbeats.

It needs the extra ``asyncops[taskiq]``.
"""

from asyncops.taskiq.clients import (
    ChainloopDep,
    ZooDep,
    chainloop_accounts,
    chainloop_client,
    install,
    zoo_accounts,
    zoo_client,
)
from asyncops.taskiq.heartbeats import heartbeat
from asyncops.taskiq.looks import Later, look_once

__all__ = [
    "ChainloopDep",
    "Later",
    "ZooDep",
    "chainloop_accounts",
    "chainloop_client",
    "heartbeat",
    "install",
    "look_once",
    "zoo_accounts",
    "zoo_client",
]
