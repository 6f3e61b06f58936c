# The public names, each once; see utils/lazy.py.
from asyncops.testing.chainloop.fake import ChainloopHabits as ChainloopHabits
from asyncops.testing.chainloop.fake import FakeChainloop as FakeChainloop
from asyncops.testing.clock import FakeClock as FakeClock
from asyncops.testing.contracts.suite import contract as contract
from asyncops.testing.described.fake import Fake as Fake
from asyncops.testing.fake import FakeService as FakeService
from asyncops.testing.plugin import fake_fixture as fake_fixture
from asyncops.testing.server.faults import Fault as Fault
from asyncops.testing.server.recording import RecordedRequest as RecordedRequest
from asyncops.testing.server.server import FakeServer as FakeServer
from asyncops.testing.zoo.fake import FakeZoo as FakeZoo
from asyncops.testing.zoo.fake import ZooHabits as ZooHabits
