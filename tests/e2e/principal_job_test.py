"""Principals and their roles, with the real programs."""

import json
import re
import ssl
import subprocess
import time
import unittest
import urllib.request

from stack import BIN, PRINCIPALS, Stack, wait_until
from enrolment_job_test import EnrolmentStack

# A call of each kind, and the roles that may make it.
CALLS = [
    (("devices",), set(PRINCIPALS) - {"nobody"}),
    (("token", "create"), {"all", "ivy", "ada"}),
    (("device", "duplicates"), {"all", "ivy", "sam", "una", "ada"}),
    (("deletions",), {"all", "ivy", "una", "ada"}),
    (("principal", "list"), {"all", "una", "ada"}),
    (("store", "show"), {"all", "una", "ada"}),
    (("store", "rebuild"), {"all", "ada"}),
]


class PrincipalJobTest(unittest.TestCase):

    def whoami(self, stack, principal):
        result = stack.rollcall("whoami", "--output=json",
                                certificate=f"admin-{principal}")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def roles(self, stack, principal):
        return [grant["role"] for grant in self.whoami(stack, principal)["grants"]]

    def test_each_role_may_do_its_own(self):
        with Stack() as stack:
            stack.admin("nobody")
            for principal in PRINCIPALS:
                stack.admin(principal)
            for words, allowed in CALLS:
                for principal in [*PRINCIPALS, "nobody"]:
                    result = stack.rollcall(*words,
                                            certificate=f"admin-{principal}")
                    expected = 0 if principal in allowed else 4
                    self.assertEqual(result.returncode, expected,
                                     (words, principal, result.stderr))
            self.assertRegex(self.metrics(stack),
                             r"(?m)^rollcall_calls_refused_total [1-9]")
            self.assertIn('msg="call refused"', stack.collector_log())

    def metrics(self, stack):
        context = ssl.create_default_context(
            cafile=str(stack.dir / "pki/ca.pem"))
        url = f"https://localhost:{stack.ports['https_port']}/metrics"
        with urllib.request.urlopen(url, context=context, timeout=30) as answer:
            return answer.read().decode()

    def test_a_refusal_says_who_what_and_what_to_do(self):
        with Stack() as stack:
            result = stack.rollcall("store", "show",
                                    certificate=stack.admin("vic"))
            self.assertEqual(result.returncode, 4)
            for text in ("vic", "viewer", "auditor and admin", "GetStore",
                         "rollcall principal grant vic", "rollcall whoami",
                         "admin-vic.pem"):
                self.assertIn(text, result.stderr)

    def test_a_role_counts_from_the_next_call_on_and_no_longer(self):
        with Stack() as stack:
            stack.admin("jo")
            self.assertEqual(self.whoami(stack, "jo")["known"], False)
            made = stack.rollcall("principal", "grant", "jo", "viewer",
                                  "--reason=new here")
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertEqual(self.roles(stack, "jo"), ["ROLE_VIEWER"])
            self.assertEqual(
                stack.rollcall("devices", certificate="admin-jo").returncode, 0)
            # What was granted outlives the collector.
            stack.end(stack.collector)
            stack.start_collector()
            self.assertEqual(
                stack.rollcall("devices", certificate="admin-jo").returncode, 0)
            ended = stack.rollcall("principal", "revoke", "jo", "viewer",
                                   "--reason=left")
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertEqual(
                stack.rollcall("devices", certificate="admin-jo").returncode, 4)
            self.assertEqual(self.roles(stack, "jo"), [])
            shown = stack.rollcall_json("principal", "show", "jo")
            self.assertEqual([event["kind"] for event in shown["events"]],
                             ["KIND_REVOKE", "KIND_GRANT"])
            self.assertEqual(shown["events"][0]["by"], "all")
            self.assertEqual(shown["events"][0]["reason"], "left")
            then = shown["events"][1]["time"]
            past = stack.rollcall_json("principal", "show", "jo",
                                       f"--as-of={then}")
            self.assertEqual(
                [grant["role"] for grant in past["principal"]["grants"]],
                ["ROLE_VIEWER"])

    def test_nobody_takes_more_than_he_may(self):
        with Stack() as stack:
            ada = stack.admin("ada")
            for words, code, text in [
                    (("grant", "ada", "viewer"), 4, "to himself"),
                    (("grant", "jo", "king"), 2, "king"),
                    (("grant", "vic", "viewer"), 7, "already"),
                    (("revoke", "vic", "admin"), 7, "does not have"),
                    (("revoke", "nil", "admin"), 5, "nil")]:
                result = stack.rollcall("principal", *words, "--reason=test",
                                        certificate=ada)
                self.assertEqual(result.returncode, code,
                                 (words, result.stderr))
                self.assertIn(text, result.stderr)
            for name in ("all", "ada"):
                last = stack.rollcall("principal", "revoke", name, "admin",
                                      "--reason=test", certificate=ada)
            self.assertEqual(last.returncode, 7)
            self.assertIn("the last one", last.stderr)

    def test_a_store_without_principals_says_what_to_do(self):
        with Stack(principals=()) as stack:
            self.assertIn("--first-principal", stack.collector_log())
            result = stack.rollcall("devices")
            self.assertEqual(result.returncode, 4)
            self.assertIn("--first-principal=NAME:ROLE", result.stderr)
            answer = self.whoami(stack, "all")
            self.assertEqual(answer["principal"], "all")
            self.assertIn("--first-principal", answer["advice"])
            # The next start may name them; the one after that changes nothing.
            stack.end(stack.collector)
            stack._principals = ["--first-principal=all:admin,viewer"]
            stack.start_collector()
            self.assertEqual(stack.rollcall("devices").returncode, 0)
            stack.end(stack.collector)
            stack._principals = ["--first-principal=eve:admin"]
            stack.start_collector()
            self.assertEqual(self.roles(stack, "all"),
                             ["ROLE_VIEWER", "ROLE_ADMIN"])
            eve = stack.rollcall("devices", certificate=stack.admin("eve"))
            self.assertEqual(eve.returncode, 4)
            self.assertIn("which counts", stack.collector_log())

    def test_a_wrong_first_principal_is_wrong_usage(self):
        for argument, text in [("jo", "NAME:ROLE"), ("jo:king", "king"),
                               ("Jo:admin", "a-z"), ("jo:viewer", "admin")]:
            result = subprocess.run(
                [BIN / "rollcall-collector", "--data=/nowhere", "--ca=x",
                 "--cert=x", "--key=x", f"--first-principal={argument}"],
                capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn("--first-principal", result.stderr)
            self.assertIn(text, result.stderr)

    def test_nobody_logs_in_as_who_has_a_role_of_two_people(self):
        with EnrolmentStack() as stack:
            ada = stack.admin("ada")
            refused = stack.rollcall("token", "create", "--principal=ivy",
                                     certificate=ada)
            self.assertEqual(refused.returncode, 4)
            self.assertIn("nobody else may make a token", refused.stderr)
            unknown = stack.rollcall("token", "create", "--principal=nil",
                                     certificate=ada)
            self.assertEqual(unknown.returncode, 5)
            self.assertIn("rollcall principal grant nil", unknown.stderr)
            ivy = stack.admin("ivy")
            made = stack.rollcall("token", "create", "--principal=ivy",
                                  certificate=ivy)
            self.assertEqual(made.returncode, 0, made.stderr)
            # It sees its own and those that agents enrol with.
            self.assertEqual(stack.rollcall("token", "create").returncode, 0)
            own = json.loads(stack.rollcall(
                "token", "list", "--output=json", certificate=ivy).stdout)
            self.assertEqual(len(own["tokens"]), 2)
            none = json.loads(stack.rollcall(
                "token", "list", "--output=json",
                certificate=stack.admin("vic")).stdout)
            self.assertEqual(none["tokens"], [])
            identifier = re.search("Token ([0-9a-f]{32})", made.stdout)[1]
            foreign = stack.rollcall("token", "revoke", identifier,
                                     certificate=stack.admin("pam"))
            self.assertEqual(foreign.returncode, 4)
            self.assertEqual(stack.rollcall("token", "revoke", identifier,
                                            certificate=ada).returncode, 0)

    def watch(self, stack, certificate):
        """A stream that is open."""
        pki = stack.dir / "pki"
        watch = stack._start(
            [BIN / "rollcall",
             f"--collector=localhost:{stack.ports['admin_port']}",
             f"--ca={pki / 'ca.pem'}", f"--cert={pki / certificate}.pem",
             f"--key={pki / certificate}.key", "alerts", "watch", "--output=json"],
            f"watch-{certificate}.log")
        log = stack.dir / f"watch-{certificate}.log"
        wait_until(lambda: log.stat().st_size > 0 or watch.poll() is not None,
                   "the watch")
        self.assertIsNone(watch.poll(), log.read_text())
        return watch

    def log_in(self, stack, name, token):
        """A certificate for the token; returns its name."""
        pki = stack.dir / "pki"
        result = subprocess.run(
            [BIN / "rollcall",
             f"--collector=localhost:{stack.ports['admin_port']}",
             f"--ca={pki / 'ca.pem'}", f"--cert={pki / name}.pem",
             f"--key={pki / name}.key", "login",
             f"--token-file={token}",
             f"--server=localhost:{stack.ports['https_port']}"],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return name

    def test_a_certificate_that_is_revoked_ends_within_five_seconds(self):
        with EnrolmentStack() as stack:
            vic = stack.admin("vic")
            token = stack.token("--principal=vic", "--uses=2")
            first = self.log_in(stack, "first", token)
            watch = self.watch(stack, first)
            other = self.watch(stack, vic)
            serial = stack.rollcall_json("principal", "show", "vic")[
                "principal"]["lastCertificates"][0]["serialNumber"]
            revoked = stack.rollcall(
                "principal", "revoke-certificates", "vic",
                f"--certificate={serial}", "--reason=copied")
            self.assertEqual(revoked.returncode, 0, revoked.stderr)
            refused = stack.rollcall("devices", certificate=first)
            since = time.monotonic()
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("was revoked", refused.stderr)
            wait_until(lambda: watch.poll() is not None, "the end of the watch")
            self.assertLess(time.monotonic() - since, 5)
            self.assertEqual(
                stack.rollcall("devices", certificate=vic).returncode, 0)
            self.assertIsNone(other.poll())
            # All of them, the one made by hand too; then a new one counts.
            revoked = stack.rollcall("principal", "revoke-certificates", "vic",
                                     "--reason=laptop stolen")
            self.assertEqual(revoked.returncode, 0, revoked.stderr)
            self.assertIn("was revoked", stack.rollcall(
                "devices", certificate=vic).stderr)
            since = time.monotonic()
            wait_until(lambda: other.poll() is not None, "the end of the watch")
            self.assertLess(time.monotonic() - since, 5)
            second = self.log_in(stack, "second", token)
            self.assertEqual(
                stack.rollcall("devices", certificate=second).returncode, 0)
            stack.end(stack.collector)
            stack.start_collector()
            self.assertIn("was revoked", stack.rollcall(
                "devices", certificate=first).stderr)
            self.assertEqual(
                stack.rollcall("devices", certificate=second).returncode, 0)
            [*_, entry] = [entry for entry in stack.call(
                "LedgerService.ListLedgerEntries", {"page_size": 1000})["entries"]
                if entry["kind"] == "certificates-revoked"]
            self.assertIn({"name": "certificate", "value": "all"},
                          entry["facts"])

    def test_what_a_token_brought_ends_with_it(self):
        with EnrolmentStack() as stack:
            made = stack.rollcall("token", "create", "--principal=vic")
            token = stack.dir / "vic.token"
            token.write_text(made.stdout.splitlines()[0] + "\n")
            identifier = re.search("Token ([0-9a-f]{32})", made.stdout)[1]
            vic = self.log_in(stack, "vic", token)
            watch = self.watch(stack, vic)
            ended = stack.rollcall("token", "revoke", identifier)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertIn("was revoked", stack.rollcall(
                "devices", certificate=vic).stderr)
            since = time.monotonic()
            wait_until(lambda: watch.poll() is not None, "the end of the watch")
            self.assertLess(time.monotonic() - since, 5)
            # Whatever is done with it, nobody reads it in the log.
            text = token.read_text().strip()
            for tried in (text, text[:-4] + "AAAA", text + "A"):
                stack.post("/v1/login", {"token": tried, "csr_pem": "none"})
            secret = text[-43:-20]
            self.assertIn('msg="no certificate given"', stack.collector_log())
            self.assertNotIn(secret, stack.collector_log())

    def test_a_stream_ends_within_five_seconds_of_the_role(self):
        with Stack() as stack:
            watch = self.watch(stack, stack.admin("vic"))
            ended = stack.rollcall("principal", "revoke", "vic", "viewer",
                                   "--reason=left")
            since = time.monotonic()
            self.assertEqual(ended.returncode, 0, ended.stderr)
            wait_until(lambda: watch.poll() is not None, "the end of the watch")
            self.assertLess(time.monotonic() - since, 5)

    def test_whoever_gives_up_a_role_has_lost_it_with_the_next_call(self):
        with Stack() as stack:
            vic = stack.admin("vic")
            given_up = stack.rollcall("principal", "revoke", "vic", "viewer",
                                      "--reason=leaving", certificate=vic)
            self.assertEqual(given_up.returncode, 0, given_up.stderr)
            wait_until(lambda: 'msg="role revoked"' in stack.collector_log(),
                       "the log")
            self.assertEqual(
                stack.rollcall("devices", certificate=vic).returncode, 4)


if __name__ == "__main__":
    unittest.main()
