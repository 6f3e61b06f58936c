"""Chainloop: asynchronous operations."""

from asyncops.services.chainloop.client import ChainloopClient
from asyncops.services.chainloop.models import AsyncOperation, AsyncOperationStatus

__all__ = ["AsyncOperation", "AsyncOperationStatus", "ChainloopClient"]
