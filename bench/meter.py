# SPDX-License-Identifier: Apache-2.0
"""Measures one gateway in one scenario of the shared bench.

CPU time is user and system time of the gateway's processes, read before and after the load. It is
the figure that counts: client, gateway and origin share the cores, so the rate says little.
"""

import sys
import time
import typing

BIG_BODY_BYTES = 100 * 2**20


class Unit(typing.NamedTuple):
    cost: str
    rate: str
    digits: int


REQUESTS = Unit("µs CPU a request", "requests/s", 0)
BODIES = Unit("CPU s a GB", "MB/s", 2)
MEMORY = Unit("MB (PSS)", "connections", 0)


class Sample(typing.NamedTuple):
    cost: float
    rate: float
    failed: int
    foreign: float | None  # cores that were busy with something else


class Meter:
    """Measures one gateway in one scenario."""

    def __init__(self, bench, upstream, scale):
        self._bench = bench
        self._upstream = upstream
        self._scale = scale

    def describe(self, name):
        return self._bench.SCENARIOS[name]["d"]

    def unit(self, name):
        head = self._bench.SCENARIOS[name]["head"]
        if head == "idle":
            return MEMORY
        return BODIES if head.startswith("mb") else REQUESTS

    def measure(self, gateway, name):
        scenario = self._bench.SCENARIOS[name]
        gateway.start()
        try:
            self._await_first_answer(gateway, scenario)
            if self.unit(name) is MEMORY:
                return self._memory(gateway, scenario)
            self._warm(gateway, name)
            return self._cpu(gateway, name)
        finally:
            gateway.stop()

    def _await_first_answer(self, gateway, scenario):
        first = (
            gateway.target(scenario) + "--path /1k --requests 1 --reconnect --timeout 10".split()
        )
        if gateway.takes("mint200"):
            first += "--many-hosts 1 --host-base 511".split()
        for _ in range(40):
            if list(gateway.run(first))[-1]["errors"] == 0:
                return
            time.sleep(0.25)
        raise RuntimeError(f"{gateway.name} answers nothing")

    def _warm(self, gateway, name):
        scenario = self._bench.SCENARIOS[name]
        if scenario.get("cold"):
            return
        load = scenario.get("prime") or "--conns 4 --path /1k --expect 1024 --duration 0.5"
        if "dur" in scenario:
            load = scenario["a"] + " --duration 0.5"
        list(gateway.run(gateway.target(scenario) + load.split()))

    def _cpu(self, gateway, name):
        scenario = self._bench.SCENARIOS[name]
        load = scenario["a"].split()
        if "dur" in scenario:
            load += ["--duration", str(scenario["dur"] * self._scale)]
        machine, ours, begun = self._machine(), self._used(gateway), time.monotonic()
        result = list(gateway.run(gateway.target(scenario) + load))[-1]
        used, elapsed = self._used(gateway) - ours, time.monotonic() - begun
        foreign = (self._machine() - machine - used - result["client_cpu_s"]) / elapsed
        failed = self._failures(gateway, name, result)
        requests = max(result["requests_all"], 1)  # whoever answered none has failed
        if self.unit(name) is BODIES:
            gigabytes = requests * BIG_BODY_BYTES / 1e9
            return Sample(used / gigabytes, gigabytes * 1000 / elapsed, failed, foreign)
        return Sample(used * 1e6 / requests, result["rps"], failed, foreign)

    def _memory(self, gateway, scenario):
        load = gateway.target(scenario) + scenario["a"].split() + ["--hold-secs", "4"]
        said = gateway.run(load)
        idle = next(said)["idle"]
        time.sleep(2)
        kilobytes = sum(self._pss(pid) for pid in gateway.processes())
        failed = self._failures(gateway, "idle1000", list(said)[-1])
        return Sample(kilobytes / 1000, idle, failed, foreign=None)

    def _machine(self):
        """CPU seconds of everything but the origin."""
        return self._bench.machine_busy()[0] - self._bench.cpu_of(self._upstream)

    def _used(self, gateway):
        return sum(self._bench.cpu_of(pid) for pid in gateway.processes())

    @staticmethod
    def _pss(pid):
        with open(f"/proc/{pid}/smaps_rollup") as summary:
            return next(int(line.split()[1]) for line in summary if line.startswith("Pss:"))

    @staticmethod
    def _failures(gateway, name, result):
        if result["errors"]:
            print(f"{name}, {gateway.name}: {result['error_texts']}", file=sys.stderr)
        return result["errors"]
