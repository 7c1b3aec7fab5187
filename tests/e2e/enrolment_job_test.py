"""Enrolment from end to end: tokens, certificates, revocation, login, proxies and
changing certificates, with the real programs and with requests made by hand."""

import base64
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import stat
import subprocess
import threading
import time
import unittest

from stack import BIN, Stack, hash_of, make_machine, package, wait_until


class EnrolmentStack(Stack):
    """A collector that issues certificates."""

    def start_collector(self):
        self.pki("issuer")
        pki = self.dir / "pki"
        self._options = [f"--issuer-cert={pki / 'issuer.pem'}",
                         f"--issuer-key={pki / 'issuer.key'}",
                         "--check-in-seconds=1"]
        super().start_collector()

    def ca(self):
        return self.dir / "pki" / "ca.pem"

    def token(self, *options):
        """Makes a token; returns its file."""
        result = self.rollcall("token", "create", *options)
        assert result.returncode == 0, result.stderr
        text = result.stdout.splitlines()[0]
        file = self.dir / f"token-{hash(text)}"
        file.write_text(text + "\n")
        return file

    def machine(self, name):
        """The root of a machine that has no part in common with others."""
        number = hash_of(name)
        return make_machine(
            self.dir / name, name, [package("tool", "1.0")],
            mac=f"00:00:5e:{number & 255:02x}:{number >> 8 & 255:02x}:"
                f"{number >> 16 & 255:02x}")

    def enrolling_agent(self, name, token_file=None, *options):
        root = self.machine(name)
        command = [BIN / "rollcall-agent",
                   f"--collector=127.0.0.1:{self.ports['agent_port']}",
                   f"--enrol=127.0.0.1:{self.ports['https_port']}",
                   f"--ca={self.ca()}", f"--state={self.dir / ('state-' + name)}",
                   f"--root={root}", *options]
        if token_file:
            command.append(f"--token-file={token_file}")
        return command

    def run_enrolling(self, name, token_file=None, *options, environment=None):
        return subprocess.run(
            self.enrolling_agent(name, token_file, "--once", *options),
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, **(environment or {})})

    def agent_id(self, name):
        return spki_id(self.dir / f"state-{name}" / "agent.key")

    # --- requests by hand -------------------------------------------------------

    def post(self, path, body, method="POST", headers=None):
        """Returns the HTTP status, the JSON answer and the headers."""
        context = ssl.create_default_context(cafile=self.ca())
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.ports["https_port"], context=context, timeout=30)
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(text), answer.headers
        except ValueError:
            return answer.status, text.decode(), answer.headers

    def metric(self, name):
        _, text, _ = self.post("/metrics", "", "GET")
        for line in text.splitlines():
            if line.startswith(name + " "):
                return int(float(line.split()[1]))
        raise AssertionError(f"no metric {name}")


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=data,
                          check=True, capture_output=True).stdout


def spki_id(key):
    der = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
    return hashlib.sha256(der).hexdigest()[:32]


def make_key(path, *options):
    openssl("genpkey", "-out", path,
            *(options or ("-algorithm", "EC", "-pkeyopt",
                          "ec_paramgen_curve:P-256")))
    return path


def make_csr(key, *options):
    return openssl("req", "-new", "-key", key, "-subj", "/CN=anything",
                   *options).decode()


class EnrolmentTest(unittest.TestCase):
    """One collector for all; each test brings its own names and tokens."""

    @classmethod
    def setUpClass(cls):
        cls.stack = EnrolmentStack()
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__)

    def key(self, name, *options):
        return make_key(self.stack.dir / f"{name}.key", *options)

    def enrol(self, token_file, csr):
        return self.stack.post("/v1/enrol", {
            "token": token_file.read_text().strip(), "csr_pem": csr})

    # --- agents -----------------------------------------------------------------

    def test_an_agent_enrols_with_a_token_and_needs_it_no_more(self):
        token = self.stack.token("--class=laptop", "--unit=Sales")
        first = self.stack.run_enrolling("first", token)
        self.assertEqual(first.returncode, 0, first.stderr)
        state = self.stack.dir / "state-first"
        mode = stat.S_IMODE(os.stat(state / "agent.key").st_mode)
        self.assertEqual(mode, 0o600)
        text = openssl("x509", "-in", state / "agent.pem", "-noout",
                       "-text").decode()
        agent = self.stack.agent_id("first")
        self.assertIn(f"URI:rollcall://agent/{agent}", text)
        device = self.stack.call("DeviceService.GetDevice",
                                 {"device_id": "first"})
        self.assertIn(agent, json.dumps(device))
        again = self.stack.run_enrolling("first")
        self.assertEqual(again.returncode, 0, again.stderr)
        listed = self.stack.call("EnrolmentService.ListCertificates",
                                 {"agent_id": agent})["certificates"]
        self.assertEqual(len(listed), 1)

    def copy_agent(self, name, copy):
        """Puts an agent's state on another host."""
        folder = self.stack.dir
        shutil.copytree(folder / f"state-{name}", folder / f"state-{copy}")

    def parent_of(self, agent):
        listed = self.stack.call("EnrolmentService.ListCertificates",
                                 {"agent_id": agent})["certificates"]
        self.assertEqual(len(listed), 1)
        return listed[0]["parentAgentId"]

    def test_a_copy_on_another_host_becomes_an_agent_of_its_own(self):
        image = self.stack.run_enrolling("image", self.stack.token())
        self.assertEqual(image.returncode, 0, image.stderr)
        agent = self.stack.agent_id("image")
        # It goes on where it was.
        again = self.stack.run_enrolling("image")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.stack.agent_id("image"), agent)
        # A copy needs no token: the copied certificate is worth one of its own.
        self.copy_agent("image", "copy")
        copied = self.stack.run_enrolling("copy")
        self.assertEqual(copied.returncode, 0, copied.stderr)
        self.assertIn("made on another host", copied.stderr)
        child = self.stack.agent_id("copy")
        self.assertNotEqual(child, agent)
        self.assertEqual(self.parent_of(child), agent)
        self.assertFalse(
            (self.stack.dir / "state-copy" / "previous.key").exists())
        # And it is one from then on, beside the other.
        for name, own in (("copy", child), ("image", agent)):
            result = self.stack.run_enrolling(name)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(self.stack.agent_id(name), own)
        device_of = lambda name: self.stack.call(
            "DeviceService.GetDevice", {"device_id": name})
        self.assertIn(agent, json.dumps(device_of("image")))
        self.assertIn(child, json.dumps(device_of("copy")))

    def test_a_copy_of_a_revoked_agent_needs_a_token_and_names_its_parent(self):
        result = self.stack.run_enrolling("stem", self.stack.token())
        self.assertEqual(result.returncode, 0, result.stderr)
        parent = self.stack.agent_id("stem")
        self.stack.rollcall("agent", "revoke", parent)
        self.copy_agent("stem", "branch")
        refused = self.stack.run_enrolling("branch")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("was revoked", refused.stderr)
        child = self.stack.agent_id("branch")
        with_token = self.stack.run_enrolling("branch", self.stack.token())
        self.assertEqual(with_token.returncode, 0, with_token.stderr)
        self.assertEqual(self.stack.agent_id("branch"), child)
        self.assertEqual(self.parent_of(child), parent)

    def test_of_two_machines_with_one_key_the_later_gets_its_own(self):
        def start(name):
            # Of the same hardware; only its boot tells it from the other.
            root = self.stack.dir / name
            shutil.copytree(twin, root)
            boot = root / "proc/sys/kernel/random/boot_id"
            boot.parent.mkdir(parents=True)
            boot.write_text(f"{hash_of(name):032x}\n")
            command = [str(word).replace("state-twin", f"state-{name}")
                       .replace(f"--root={twin}", f"--root={root}")
                       for word in self.stack.enrolling_agent("twin", token)]
            self.stack._start(command, f"agent-{name}.log")
            return self.stack.dir / f"agent-{name}.log"

        token = self.stack.token()
        twin = self.stack.machine("twin")
        first = start("one")
        wait_until(lambda: "in step" in first.read_text(), "the first")
        self.copy_agent("one", "two")
        second = start("two")
        wait_until(lambda: "this is a new agent now" in second.read_text(),
                   "the new key")
        wait_until(lambda: "in step" in
                   second.read_text().split("this is a new agent now")[1],
                   "the new agent")
        parent, child = self.stack.agent_id("one"), self.stack.agent_id("two")
        self.assertNotEqual(parent, child)
        self.assertEqual(self.parent_of(child), parent)
        self.assertNotIn("several machines", first.read_text())
        self.assertGreaterEqual(
            self.stack.metric("rollcall_twin_streams_cloned_total"), 1)

    def test_printing_touches_no_identity(self):
        result = self.stack.run_enrolling("shown", self.stack.token())
        self.assertEqual(result.returncode, 0, result.stderr)
        agent = self.stack.agent_id("shown")
        self.copy_agent("shown", "beside")
        root = self.stack.machine("beside")
        shown = subprocess.run(
            [BIN / "rollcall-agent", "--print", f"--root={root}",
             f"--state={self.stack.dir / 'state-beside'}"],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(self.stack.agent_id("beside"), agent)

    def test_without_a_token_it_says_what_is_missing(self):
        result = self.stack.run_enrolling("without")
        self.assertEqual(result.returncode, 1)
        self.assertIn("--token-file", result.stderr)

    def test_a_token_that_is_not_good_is_refused_in_words(self):
        wrong = self.stack.dir / "wrong-token"
        good = self.stack.token("--uses=1")
        text = good.read_text().strip()
        wrong.write_text(text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB"))
        result = self.stack.run_enrolling("wrong", wrong)
        self.assertEqual(result.returncode, 1)
        self.assertIn("does not know this token", result.stderr)
        # The wrong secret used nothing up.
        self.assertEqual(self.stack.run_enrolling("good", good).returncode, 0)
        used = self.stack.run_enrolling("late", good)
        self.assertEqual(used.returncode, 1)
        self.assertIn("used up", used.stderr)
        ended = self.stack.token("--uses=5")
        revoked = self.stack.rollcall("token", "revoke",
                                      ended.read_text().split("-")[2])
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        refused = self.stack.run_enrolling("refused", ended)
        self.assertIn("was revoked", refused.stderr)

    def test_an_answer_that_was_lost_can_be_asked_for_again(self):
        token = self.stack.token("--uses=1")
        csr = make_csr(self.key("again"))
        self.assertEqual(self.enrol(token, csr)[0], 200)
        self.assertEqual(self.enrol(token, csr)[0], 200)
        # Another key is another agent, and the token was for one.
        status, answer, _ = self.enrol(token, make_csr(self.key("other")))
        self.assertEqual((status, answer["code"]), (403, "PERMISSION_DENIED"))

    def test_a_certificate_is_renewed_by_its_key(self):
        token = self.stack.token()
        key = self.key("renew")
        csr = make_csr(key)
        _, first, _ = self.enrol(token, csr)
        signed = openssl("dgst", "-sha256", "-sign", key,
                         data=b"rollcall.v1.RenewRequest\n" + csr.encode())
        request = {"certificate_pem": first["certificate_pem"], "csr_pem": csr,
                   "signature": base64.b64encode(signed).decode()}
        status, renewed, _ = self.stack.post("/v1/renew", request)
        self.assertEqual(status, 200, renewed)
        self.assertEqual(renewed["agent_id"], first["agent_id"])
        self.assertNotEqual(renewed["certificate_pem"],
                            first["certificate_pem"])
        # The certificate alone is worth nothing.
        other = make_csr(self.key("thief"))
        status, answer, _ = self.stack.post(
            "/v1/renew", {**request, "csr_pem": other})
        self.assertEqual((status, answer["code"]), (401, "UNAUTHENTICATED"))

    def test_revoking_ends_a_live_stream_within_five_seconds(self):
        token = self.stack.token()
        self.stack._start(self.stack.enrolling_agent("stolen", token),
                          "agent-stolen.log")
        log = self.stack.dir / "agent-stolen.log"
        wait_until(lambda: "in step" in log.read_text(), "the agent")
        agent = self.stack.agent_id("stolen")
        device = next(one["deviceId"] for one in
                      self.stack.rollcall_json("devices")["devices"]
                      if agent in one["agentIds"])
        # A device is no agent: nobody shall believe that it is turned away.
        mistaken = self.stack.rollcall("agent", "revoke", device)
        self.assertNotEqual(mistaken.returncode, 0)
        self.assertIn(f"its agent is {agent}", mistaken.stderr)
        begin = time.monotonic()
        result = self.stack.rollcall("agent", "revoke", agent,
                                     "--reason=stolen")
        self.assertEqual(result.returncode, 0, result.stderr)
        wait_until(lambda: f"agent {agent} was revoked" in log.read_text(),
                   "the end of the stream", seconds=5)
        self.assertLess(time.monotonic() - begin, 5)
        shown = self.stack.rollcall_json("device", "show", device)["device"]
        self.assertEqual([one["agentId"] for one in shown["agentRevocations"]],
                         [agent])
        # It tries again, and is refused again; so is a renewal.
        wait_until(
            lambda: self.stack.metric("rollcall_agent_streams_revoked_total") > 1,
            "a refused stream")
        state = self.stack.dir / "state-stolen"
        csr = make_csr(state / "agent.key")
        signed = openssl("dgst", "-sha256", "-sign", state / "agent.key",
                         data=b"rollcall.v1.RenewRequest\n" + csr.encode())
        status, answer, _ = self.stack.post("/v1/renew", {
            "certificate_pem": (state / "agent.pem").read_text(),
            "csr_pem": csr, "signature": base64.b64encode(signed).decode()})
        self.assertEqual(status, 403, answer)

    def test_an_agent_goes_over_to_a_collector_of_another_authority(self):
        result = self.stack.run_enrolling("mover", self.stack.token())
        self.assertEqual(result.returncode, 0, result.stderr)
        with EnrolmentStack() as other:
            state = other.dir / "state-mover"
            shutil.copytree(self.stack.dir / "state-mover", state)
            moved = other.run_enrolling("mover", other.token())
            self.assertEqual(moved.returncode, 0, moved.stderr)
            self.assertEqual((state / "ca.pem").read_text(),
                             other.ca().read_text())
            again = other.run_enrolling("mover")
            self.assertEqual(again.returncode, 0, again.stderr)

    def test_two_agents_do_not_share_a_state_folder(self):
        running = self.stack._start(
            self.stack.enrolling_agent("sole", self.stack.token()),
            "agent-sole.log")
        log = self.stack.dir / "agent-sole.log"
        wait_until(lambda: "in step" in log.read_text(), "the agent")
        second = self.stack.run_enrolling("sole")
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"another agent (pid {running.pid}) uses", second.stderr)
        self.assertEqual(self.stack.end(running), 0)
        third = self.stack.run_enrolling("sole")
        self.assertEqual(third.returncode, 0, third.stderr)

    def test_through_a_proxy(self):
        proxy = ConnectProxy()
        self.addCleanup(proxy.close)
        result = self.stack.run_enrolling(
            "inside", self.stack.token(),
            f"--proxy=http://127.0.0.1:{proxy.port}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            set(proxy.targets),
            {f"127.0.0.1:{self.stack.ports['https_port']}",
             f"127.0.0.1:{self.stack.ports['agent_port']}"})

    def test_no_variable_of_the_environment_leads_past_the_proxy(self):
        for variable in ("no_grpc_proxy", "no_proxy"):
            proxy = ConnectProxy()
            self.addCleanup(proxy.close)
            result = self.stack.run_enrolling(
                variable, self.stack.token(),
                f"--proxy=http://127.0.0.1:{proxy.port}",
                environment={variable: "127.0.0.1,localhost"})
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"127.0.0.1:{self.stack.ports['agent_port']}",
                          proxy.targets, variable)

    def test_a_second_collector_is_tried_where_the_first_is_away(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            away = f"127.0.0.1:{nobody.getsockname()[1]}"
            command = self.stack.enrolling_agent("far", self.stack.token())
            command = [command[0], f"--collector={away}", f"--enrol={away}",
                       *command[1:]]
            self.stack._start(command, "agent-far.log")
            log = self.stack.dir / "agent-far.log"
            wait_until(lambda: "in step" in log.read_text(), "the agent")

    # --- administrators ---------------------------------------------------------

    def test_a_principal_logs_in_for_an_hour(self):
        granted = self.stack.rollcall("principal", "grant", "jo", "admin",
                                      "--reason=test")
        self.assertEqual(granted.returncode, 0, granted.stderr)
        token = self.stack.token("--principal=jo", "--uses=2")
        home = self.stack.dir / "jo"
        home.mkdir()
        command = [BIN / "rollcall",
                   f"--collector=localhost:{self.stack.ports['admin_port']}",
                   f"--ca={self.stack.ca()}", f"--cert={home / 'jo.pem'}",
                   f"--key={home / 'jo.key'}"]
        login = subprocess.run(
            [*command, "login", f"--token-file={token}",
             f"--server=localhost:{self.stack.ports['https_port']}"],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(login.returncode, 0, login.stderr)
        self.assertIn("Logged in as jo", login.stderr)
        for name in ("jo.pem", "jo.key"):
            mode = stat.S_IMODE(os.stat(home / name).st_mode)
            self.assertEqual(mode, 0o600)
        openssl("x509", "-in", home / "jo.pem", "-noout", "-checkend", "3500")
        ended = subprocess.run(["openssl", "x509", "-in", home / "jo.pem",
                                "-noout", "-checkend", "3700"], check=False,
                               capture_output=True)
        self.assertEqual(ended.returncode, 1)
        made = subprocess.run([*command, "token", "create", "--output=json"],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(json.loads(made.stdout)["token"]["createdBy"], "jo")

    def test_a_token_for_agents_lets_nobody_log_in(self):
        status, answer, _ = self.stack.post("/v1/login", {
            "token": self.stack.token().read_text().strip(),
            "csr_pem": make_csr(self.key("clerk"))})
        self.assertEqual(status, 403)
        self.assertIn("not to log in with", answer["message"])

    def test_the_text_of_a_token_is_kept_nowhere(self):
        token = self.stack.token("--note=findme")
        text = token.read_text().strip()
        listed = self.stack.rollcall("token", "list", "--output=json").stdout
        self.assertIn("findme", listed)
        self.assertNotIn(text, listed)
        secret = text.split("-", 3)[3].encode()
        for file in (self.stack.dir / "data").iterdir():
            if file.is_file():
                self.assertNotIn(secret, file.read_bytes(), file)
        self.assertNotIn(text, self.stack.collector_log())

    # --- hostile requests -------------------------------------------------------

    def test_what_is_malformed_is_refused_in_json(self):
        token = self.stack.token().read_text().strip()
        good = make_csr(self.key("good-key"))
        weak = make_csr(self.key("weak", "-algorithm", "RSA", "-pkeyopt",
                                 "rsa_keygen_bits:1024"))
        for body, text in (
                ("{", "JSON"), ("[]", "JSON"), ("[" * 1000, "JSON"),
                ({"token": token, "csr_pem": "x"}, "PKCS #10"),
                ({"token": token, "csr_pem": good * 30}, "larger than"),
                ({"token": token, "csr_pem": weak}, "P-256"),
                ({"token": token, "csr_pem": good,
                  "parent_agent_id": "x"}, "parent_agent_id")):
            status, answer, _ = self.stack.post("/v1/enrol", body)
            self.assertEqual(status, 400, answer)
            self.assertEqual(answer["code"], "INVALID_ARGUMENT")
            self.assertIn(text, answer["message"])
        self.assertEqual(self.stack.post(
            "/v1/enrol", "x", headers={"Content-Length": "70000"})[0], 413)
        self.assertEqual(self.stack.post("/v1/enrol", "", "GET")[0], 405)
        self.assertEqual(self.stack.post("/v1/nothing", "{}")[0], 404)

    def test_a_request_cannot_say_whom_it_is_for(self):
        other = "00112233445566778899aabbccddeeff"
        key = self.key("liar")
        csr = make_csr(key, "-addext",
                       f"subjectAltName=URI:rollcall://agent/{other},"
                       "URI:rollcall://principal/root", "-addext",
                       "basicConstraints=critical,CA:TRUE")
        status, answer, _ = self.enrol(self.stack.token(), csr)
        self.assertEqual(status, 200)
        text = openssl("x509", "-noout", "-text",
                       data=answer["certificate_pem"].encode()).decode()
        self.assertIn(f"URI:rollcall://agent/{spki_id(key)}", text)
        self.assertNotIn(other, text)
        self.assertNotIn("principal", text)
        self.assertNotIn("CA:TRUE", text)

    def test_clients_that_dawdle_keep_nobody_out(self):
        port = self.stack.ports["https_port"]
        slow = []
        for _ in range(100):
            connection = socket.create_connection(
                ("127.0.0.1", port), source_address=("127.0.0.2", 0))
            connection.send(b"\x16")
            slow.append(connection)
        begin = time.monotonic()
        self.assertEqual(self.enrol(self.stack.token(),
                                    make_csr(self.key("prompt")))[0], 200)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertGreater(
            self.stack.metric("rollcall_https_connections_refused_total"), 0)
        for connection in slow:
            connection.close()


class GuessingTest(unittest.TestCase):
    def test_an_address_that_guesses_is_not_listened_to(self):
        with EnrolmentStack() as stack:
            token = stack.token()
            guess = {"token": "rollcall-agent-" + "0" * 32 + "-" + "A" * 43,
                     "csr_pem": "x"}
            statuses = [stack.post("/v1/enrol", guess)[0] for _ in range(40)]
            self.assertEqual(statuses[0], 401)
            self.assertEqual(statuses[-1], 429)
            status, answer, headers = stack.post("/v1/enrol", guess)
            self.assertEqual((status, answer["code"]),
                             (429, "RESOURCE_EXHAUSTED"))
            self.assertGreater(int(headers["Retry-After"]), 0)
            self.assertGreater(
                stack.metric("rollcall_enrolment_limited_total"), 0)
            # Nor with what is right, until the time has passed.
            self.assertNotEqual(
                stack.run_enrolling("neighbour", token).returncode, 0)


class RotationTest(unittest.TestCase):
    """Certificates and roots change while the collector runs."""

    def served(self, stack, port):
        pki = stack.dir / "pki"
        result = subprocess.run(
            ["openssl", "s_client", "-connect",
             f"127.0.0.1:{stack.ports[port]}", "-CAfile", pki / "ca.pem",
             "-cert", pki / "admin-all.pem", "-key",
             pki / "admin-all.key", "-alpn", "h2"],
            input=b"", capture_output=True, check=False)
        return openssl("x509", "-noout", "-serial", data=result.stdout)

    def test_certificates_change_without_a_restart(self):
        with EnrolmentStack() as stack:
            ports = ("agent_port", "admin_port", "https_port")
            before = {port: self.served(stack, port) for port in ports}
            self.assertEqual(len(set(before.values())), 1)
            (stack.dir / "pki/server.pem").unlink()
            stack.pki("server")
            new = openssl("x509", "-noout", "-serial", "-in",
                          stack.dir / "pki/server.pem")
            self.assertNotIn(new, before.values())
            for port in ports:
                wait_until(lambda p=port: self.served(stack, p) == new, port, 20)
            # What is broken changes nothing.
            (stack.dir / "pki/server.pem").write_text("garbage")
            wait_until(lambda: "unusable" in stack.collector_log(), "the log", 20)
            for port in ports:
                self.assertEqual(self.served(stack, port), new)

    def test_roots_overlap(self):
        with EnrolmentStack() as stack:
            first = stack.run_enrolling("early", stack.token())
            self.assertEqual(first.returncode, 0, first.stderr)
            old = stack.ca().read_text()
            # The next authority, and an agent of it.
            subprocess.run(
                [str(pathlib.Path(__file__).resolve().parents[2] /
                     "deploy/pki.sh"), "agent", str(stack.dir / "next"), "new"],
                check=True, capture_output=True)
            fresh = (stack.dir / "next/ca.pem").read_text()
            stack.ca().write_text(old + fresh)
            root = make_machine(stack.dir / "new", "new", [package("a", "1")],
                                mac="00:00:5e:00:53:99")
            command = [BIN / "rollcall-agent", "--once", f"--root={root}",
                       f"--collector=127.0.0.1:{stack.ports['agent_port']}",
                       f"--ca={stack.ca()}",
                       f"--cert={stack.dir / 'next/agent-new.pem'}",
                       f"--key={stack.dir / 'next/agent-new.key'}"]
            wait_until(lambda: subprocess.run(
                command, capture_output=True, check=False).returncode == 0,
                       "an agent of the next authority", 30)
            # Both roots are handed on, and the old ones still do.
            late = stack.run_enrolling("later", stack.token())
            self.assertEqual(late.returncode, 0, late.stderr)
            kept = (stack.dir / "state-later/ca.pem").read_text()
            self.assertEqual(kept.count("BEGIN CERTIFICATE"), 2)
            again = stack.run_enrolling("early")
            self.assertEqual(again.returncode, 0, again.stderr)

    def test_an_agent_uses_what_others_renew_in_its_files(self):
        with EnrolmentStack() as stack:
            stack.start_agent("kept", f"--root={stack.machine('kept')}")
            log = stack.dir / "agent-kept.log"
            wait_until(lambda: "in step" in log.read_text(), "the agent")
            # Its chain comes with the root from now on.
            with open(stack.dir / "pki/agent-kept.pem", "a",
                      encoding="ascii") as certificate:
                certificate.write(stack.ca().read_text())
            self.assertNotIn("files have changed", log.read_text())
            stack.end(stack.collector)
            wait_until(lambda: "files have changed" in log.read_text(),
                       "a look at the files")


class ConnectProxy:
    """A proxy that knows HTTP CONNECT and nothing else."""

    def __init__(self):
        self.targets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        method, target, _ = head.split(b"\r\n")[0].decode().split()
        assert method == "CONNECT"
        self.targets.append(target)
        host, port = target.rsplit(":", 1)
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._copy, args=(source, sink),
                             daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            source.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
