"""Apache Kafka as a context manager: one node, or a cluster of three for tests of faults."""

import atexit
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.errors import BrokerError
from streams.kafka.broker import configuration, jars, java, process, ready
from streams.kafka.broker.configuration import Address
from streams.kafka.broker.folder import DataFolder, temporary_folder
from streams.kafka.broker.node import Node
from streams.kafka.broker.process import free_ports
from streams.kafka.broker.security import Security

HOST = "127.0.0.1"
LAST_PORT = 65_535
# Free ports are looked for before the nodes take them; somebody else may be quicker.
ATTEMPTS = 3
PORT_TAKEN = "Address already in use"

# Generous: three nodes on two cores that have much else to do. That one has ended is seen at once.
START_SECONDS = 300.0
POLL_SECONDS = 0.02
# In order takes half a second for one node, and 5 s for three, whose last one looks for a quorum
# first; the first stop on a machine also writes the class archive (2 s).
STOP_SECONDS = 15.0


class EmbeddedBroker:
    """A real Apache Kafka on this machine, for as long as the context lasts.

    It never outlives this process: not after an exit without `stop`, nor, on Linux, after
    SIGKILL. The first start on a machine fetches Kafka (45 MB); all later ones are offline.

    Parameters
    ----------
    data
        Folder that keeps topics from one start to the next. Without it a temporary one is used,
        and removed at the end.
    brokers
        1, or 3: a quorum with replication factor 3, of which one node may fail.
    port
        The first node's port, the others take the next ones; 0 for free ports.
    security
        What clients must bring along; nothing unless given.

    Examples
    --------
    ```python
    with EmbeddedBroker() as broker:
        consumer = AIOKafkaConsumer("orders", bootstrap_servers=broker.bootstrap)
    ```
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        brokers: int = 1,
        port: int = 0,
        security: Security | None = None,
    ) -> None:
        if brokers not in (1, 3):
            raise BrokerError(f"a cluster has 1 or 3 brokers, not {brokers}")
        if not 0 <= port <= LAST_PORT - brokers + 1:
            raise BrokerError(f"there is no port {port}: ports end at {LAST_PORT}")
        self.brokers = brokers
        self._data = data
        self._port = port
        self._security = security or Security()
        self._temporary: Path | None = None
        self._folder: DataFolder | None = None
        self._nodes: list[Node] = []
        self._addresses: list[Address] = []

    @property
    def bootstrap(self) -> str:
        """`HOST:PORT[,…]` for clients."""
        return ",".join(f"{each.host}:{each.client}" for each in self._addresses)

    @property
    def admin_bootstrap(self) -> str:
        """`HOST:PORT[,…]` that asks for no password, whatever `security` demands of clients."""
        return ",".join(f"{each.host}:{each.internal}" for each in self._addresses)

    @property
    def data(self) -> Path:
        """The data folder in use."""
        return self._running_folder().path

    @property
    def pids(self) -> list[int | None]:
        """The process id of each node, in order; None for one that is not running."""
        return [node.process.pid if node.process else None for node in self._nodes]

    def start(self) -> None:
        """Start every node, and wait until the cluster serves clients.

        Raises
        ------
        BrokerError
            It did not; the message has the last lines of the log.
        InputError
            The extra `broker` isn't installed.
        """
        if self._folder is not None:
            raise BrokerError("the broker is already running")
        java.java_home()  # before anything is fetched: without its extra there is no broker
        atexit.register(self.stop)
        try:
            kafka = jars.install()
            path = self._data
            if path is None:
                path = self._temporary = temporary_folder()
            self._folder = DataFolder(path, self.brokers)
            self._security.prepare(self._folder.path)
            heap = java.HEAP_ALONE if self.brokers == 1 else java.HEAP_OF_SEVERAL
            self._nodes = [
                Node(number, self._folder.node(number), kafka, heap)
                for number in range(1, self.brokers + 1)
            ]
            self._start_nodes(self._folder)
            self._security.publish(self.admin_bootstrap)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every node in order, by force after a bound of time; stopping twice is fine.

        Where the data goes anyway, nothing is waited for.
        """
        atexit.unregister(self.stop)
        self._stop_nodes()
        self._nodes = []
        if self._folder is not None:
            self._folder.release()
            self._folder = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def kill(self, node: int) -> None:
        """End node `node` (from 1) at once, as a crash would."""
        self._running_node(node).kill()

    def restart(self, node: int) -> None:
        """Start node `node` again, on its old port, and wait until it serves clients."""
        chosen = self._running_node(node)
        chosen.kill()
        chosen.start(record=False)
        self._await([node])

    def require_running(self) -> None:
        """Raise `BrokerError` if a node has ended by itself."""
        for node in self._nodes:
            node.require_running()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _start_nodes(self, folder: DataFolder) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            self._addresses = self._choose_addresses()
            for node, address in zip(self._nodes, self._addresses, strict=True):
                settings = configuration.properties(
                    address, self._addresses, folder.path, node.partitions, self._security
                )
                node.write(settings)
            with ThreadPoolExecutor(len(self._nodes)) as pool:
                list(pool.map(lambda node: node.format(folder.cluster_id), self._nodes))
            for node in self._nodes:
                node.start(record=node.number == 1)
            try:
                self._await([node.number for node in self._nodes])
            except BrokerError as error:
                if self._port and PORT_TAKEN in str(error):
                    last = self._port + self.brokers - 1
                    ports = f"{self._port}" if self.brokers == 1 else f"{self._port}–{last}"
                    raise BrokerError(f"port {ports} of {HOST}: {PORT_TAKEN}") from None
                if attempt == ATTEMPTS or PORT_TAKEN not in str(error):
                    raise
                self._stop_nodes()
            else:
                return

    def _choose_addresses(self) -> list[Address]:
        free = free_ports(3 * self.brokers, HOST)
        clients = [free.pop() for _ in range(self.brokers)]
        if self._port:
            clients = list(range(self._port, self._port + self.brokers))
        return [
            Address(number, HOST, client, free.pop(), free.pop())
            for number, client in enumerate(clients, 1)
        ]

    def _await(self, numbers: list[int]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not all(self._serves(self._addresses[number - 1], numbers) for number in numbers):
            self.require_running()
            if time.monotonic() > deadline:
                tails = "\n".join(self._nodes[number - 1].tail() for number in numbers)
                raise BrokerError(f"Kafka did not answer within {START_SECONDS:.0f} s\n{tails}")
            time.sleep(POLL_SECONDS)

    def _serves(self, address: Address, numbers: list[int]) -> bool:
        """Whether the node at `address` answers on every listener and counts all `numbers` in."""
        plain = [address.internal]
        if self._security.protocol == "PLAINTEXT":
            plain.append(address.client)
        for port in plain:
            answer = ready.metadata(address.host, port)
            # The cluster's id tells ours from a stranger that was quicker to take the port.
            if answer is None or answer.cluster_id != self._running_folder().cluster_id:
                return False
            if not answer.nodes.issuperset(numbers):
                return False
        return ready.accepts(address.host, address.client)

    def _stop_nodes(self) -> None:
        keeps = self._temporary is None
        for node in self._nodes:
            if not (keeps or node.recording):
                node.kill()
        running = [node.process for node in self._nodes if node.process is not None]
        process.stop(running, STOP_SECONDS)
        for node in self._nodes:
            node.ended()

    def _running_folder(self) -> DataFolder:
        if self._folder is None:
            raise BrokerError("the broker is not running")
        return self._folder

    def _running_node(self, number: int) -> Node:
        self._running_folder()
        if not 1 <= number <= len(self._nodes):
            raise BrokerError(f"there is no node {number}: nodes are 1 to {len(self._nodes)}")
        return self._nodes[number - 1]
