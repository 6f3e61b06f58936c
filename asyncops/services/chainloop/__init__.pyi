# The public names, each once; see utils/lazy.py.
from asyncops.services.chainloop import operations as operations
from asyncops.services.chainloop.client import ChainloopClient as ChainloopClient
from asyncops.services.chainloop.models import AsyncOperation as AsyncOperation
from asyncops.services.chainloop.models import AsyncOperationStatus as AsyncOperationStatus
