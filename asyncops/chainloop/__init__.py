"""Chainloop: asynchronous operations."""

from asyncops.chainloop.client import ChainloopClient
from asyncops.chainloop.models import AsyncOperation, AsyncOperationStatus

__all__ = ["AsyncOperation", "AsyncOperationStatus", "ChainloopClient"]
