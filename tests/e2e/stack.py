"""A collector, agents and the two clients, as real processes.

Everything lives in a folder of the test's own and is ended by process id. The
programs come from ROLLCALL_BIN, grpcurl from ROLLCALL_GRPCURL; ctest sets both.
"""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ROLLCALL_BIN", SOURCE / "build/dev/bin"))
GRPCURL = os.environ.get("ROLLCALL_GRPCURL", str(SOURCE / ".cache/tools/grpcurl"))

# Who may do what in a new store: "all" may do everything there is, each other one
# has one role. first_principal_options() tells the collector.
PRINCIPALS = {
    "all": "viewer,itam,procurement,security,auditor,admin",
    "vic": "viewer",
    "ivy": "itam",
    "pam": "procurement",
    "sam": "security",
    "una": "auditor",
    "ada": "admin",
}


def first_principal_options():
    return [f"--first-principal={name}:{roles}"
            for name, roles in PRINCIPALS.items()]


def wait_until(condition, what, seconds=60):
    """Polls until condition() is true; its value is returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


class Stack:
    """Use as a context: everything that was started ends with it."""

    def __init__(self, collector_options=(), principals=None):
        """`principals`: options to use instead of first_principal_options()."""
        self._options = list(collector_options)
        self._principals = (first_principal_options() if principals is None
                            else list(principals))
        self._folder = tempfile.TemporaryDirectory(prefix="rollcall-e2e-")
        self.dir = pathlib.Path(self._folder.name)
        self._processes = []
        self.ports = {}

    def __enter__(self):
        self.pki("server")
        self.admin("all")
        self.start_collector()
        return self

    def __exit__(self, *unused):
        for process in reversed(self._processes):
            self.end(process)
        self._folder.cleanup()

    def _start(self, command, log_name):
        with open(self.dir / log_name, "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL)
        self._processes.append(process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def pki(self, *arguments):
        """Runs deploy/pki.sh COMMAND DIR [NAME] [OPTION...]; returns its output."""
        command = [str(SOURCE / "deploy/pki.sh"), arguments[0],
                   str(self.dir / "pki"), *arguments[1:]]
        return subprocess.run(command, check=True, capture_output=True,
                              text=True).stdout.strip()

    def admin(self, principal):
        """Makes a certificate for the principal, once; returns its name."""
        if not (self.dir / f"pki/admin-{principal}.pem").exists():
            self.pki("admin", principal)
        return f"admin-{principal}"

    def start_collector(self):
        ready = self.dir / "ready.json"
        ready.unlink(missing_ok=True)
        pki = self.dir / "pki"
        self.collector = self._start(
            [BIN / "rollcall-collector", f"--data={self.dir / 'data'}",
             "--agent-listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0",
             "--https-listen=127.0.0.1:0", f"--ca={pki / 'ca.pem'}",
             f"--cert={pki / 'server.pem'}", f"--key={pki / 'server.key'}",
             f"--ready-file={ready}", *self._principals, *self._options],
            "collector.log")
        wait_until(lambda: ready.exists() or self.collector.poll() is not None,
                   "the collector")
        if not ready.exists():
            raise AssertionError(self.collector_log())
        self.ports = json.loads(ready.read_text())

    def restart_collector(self, *options):
        """Ends the collector and starts it with these options instead."""
        self.end(self.collector)
        self._options = list(options)
        self.start_collector()

    def kill_collector(self):
        """Ends it as a crash would."""
        self.collector.kill()
        self.collector.wait()

    def collector_log(self):
        return (self.dir / "collector.log").read_text()

    # --- agents ---------------------------------------------------------------

    def agent_command(self, name, *options, certificate=None):
        pki = self.dir / "pki"
        stem = pki / f"agent-{certificate or name}"
        if not stem.with_suffix(".pem").exists():
            self.pki("agent", certificate or name)
        return [BIN / "rollcall-agent",
                f"--collector=127.0.0.1:{self.ports['agent_port']}",
                f"--ca={pki / 'ca.pem'}", f"--cert={stem}.pem",
                f"--key={stem}.key", f"--state={self.dir / ('state-' + name)}",
                *options]

    def run_agent(self, name, *options, certificate=None):
        """Runs an agent to its end."""
        return subprocess.run(
            self.agent_command(name, *options, certificate=certificate),
            capture_output=True, text=True, timeout=120, check=False)

    def start_agent(self, name, *options):
        return self._start(self.agent_command(name, *options),
                           f"agent-{name}.log")

    # --- clients --------------------------------------------------------------

    def rollcall(self, *arguments, certificate="admin-all"):
        """Runs the rollcall command."""
        pki = self.dir / "pki"
        return subprocess.run(
            [BIN / "rollcall", f"--collector=localhost:{self.ports['admin_port']}",
             f"--ca={pki / 'ca.pem'}", f"--cert={pki / certificate}.pem",
             f"--key={pki / certificate}.key", *arguments],
            capture_output=True, text=True, timeout=120, check=False)

    def rollcall_json(self, *arguments):
        result = self.rollcall(*arguments, "--output=json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def grpcurl(self, *arguments, data=None, certificate="admin-all",
                port="admin_port"):
        """Runs the real grpcurl with TLS and a client certificate."""
        pki = self.dir / "pki"
        command = [GRPCURL, "-cacert", str(pki / "ca.pem"), "-max-time", "60",
                   "-emit-defaults"]
        if certificate:
            command += ["-cert", str(pki / f"{certificate}.pem"),
                        "-key", str(pki / f"{certificate}.key")]
        if data is not None:
            command += ["-d", json.dumps(data)]
        command += [f"localhost:{self.ports[port]}", *arguments]
        if data is None and arguments[0] not in ("list", "describe"):
            raise ValueError("a call needs data")
        return subprocess.run(command, capture_output=True, text=True,
                              timeout=120, check=False)

    def call(self, method, data=None, certificate="admin-all"):
        """Calls an admin method through grpcurl and returns its answer."""
        service = method.split(".")[0]
        result = self.grpcurl(f"rollcall.v1.{service}/{method.split('.')[1]}",
                              data=data or {}, certificate=certificate)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def agree_to(self, change_set_id):
        """Procurement and ITAM approve a change-set; returns it as it is then."""
        for person in ("pam", "ivy"):
            digest = self.call("ChangeService.GetChangeSet",
                               {"change_set_id": change_set_id})["digest"]
            answer = self.call("ChangeService.ApproveChangeSet",
                               {"change_set_id": change_set_id, "digest": digest},
                               certificate=self.admin(person))
        return answer["changeSet"]

    def import_contracts(self, path, *options):
        """Imports a file with the contracts that it names, and has it agreed to.
        Returns the import's answer."""
        answer = self.rollcall("contracts", "import", str(path), "--new-contracts",
                               *options, "--output=json")
        answer = json.loads(answer.stdout)
        if answer.get("changeSetId") and not answer.get("applied"):
            self.agree_to(answer["changeSetId"])
        return answer


# --- machines -----------------------------------------------------------------

def package(name, version, status="install ok installed", **fields):
    lines = [f"Package: {name}", f"Status: {status}",
             "Maintainer: Somebody <somebody@example.org>",
             "Architecture: amd64", f"Version: {version}", "Section: misc",
             "Installed-Size: 100"]
    lines += [f"{key}: {value}" for key, value in fields.items()]
    return "\n".join(lines + ["Description: a package", ""]) + "\n"


def make_machine(folder, hostname, packages, sockets=1, cores=2,
                 machine_id=None, mac="00:00:5e:00:53:aa"):
    """A root folder of a machine, as --root takes it."""
    def write(path, text):
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    write("etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n'
                            'VERSION_ID="12"\n')
    write("etc/hostname", hostname + "\n")
    write("etc/machine-id", (machine_id or f"{hash_of(hostname):032x}") + "\n")
    write("var/lib/dpkg/status", "\n".join(packages))
    write("proc/meminfo", "MemTotal: 8000000 kB\n")
    cpus = []
    for cpu in range(sockets * cores):
        cpus.append(
            f"processor\t: {cpu}\nvendor_id\t: GenuineIntel\n"
            f"model name\t: Test CPU\nphysical id\t: {cpu // cores}\n"
            f"siblings\t: {cores}\ncore id\t\t: {cpu % cores}\n"
            f"cpu cores\t: {cores}\nflags\t\t: lm\n\n")
    write("proc/cpuinfo", "".join(cpus))
    write("sys/class/net/eth0/address", mac + "\n")
    write("sys/class/net/eth0/addr_assign_type", "0\n")
    write("sys/class/net/eth0/type", "1\n")
    write("sys/class/net/eth0/device/uevent", "DRIVER=e1000e\n")
    return folder


def hash_of(text):
    value = 0
    for character in text:
        value = (value * 1000003 + ord(character)) % (1 << 127)
    return value + 1
