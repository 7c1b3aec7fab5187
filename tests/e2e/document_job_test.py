"""Documents with the real programs: put, referred to, got back byte for byte, and
whole or not there after a crash."""

import base64
import hashlib
import json
import os
import random
import subprocess
import unittest

from stack import BIN, Stack


def contract(sha256):
    return {"changes": [
        {"action": "ACTION_SET", "object": {"vendor": {"name": "Quay"}}},
        {"action": "ACTION_SET", "object": {"contract": {
            "contractNumber": "C-1", "vendor": "Quay", "startDate": "2026-01-01",
            "documents": [{"sha256": sha256, "kind": "KIND_ORIGINAL"}]}}}]}


class DocumentJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = Stack(collector_options=["--max-documents-mib=200"])
        self.stack.__enter__()
        self.addCleanup(self.stack.__exit__)

    def write(self, name, content):
        path = self.stack.dir / name
        path.write_bytes(content)
        return str(path)

    def documents(self, *words, person="all"):
        return self.stack.rollcall("contracts", "documents", *words,
                                   certificate=self.stack.admin(person))

    def put(self, content, person="all"):
        answer = self.documents("put", self.write("document", content),
                                person=person)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return answer.stdout.splitlines()[0]

    def propose(self, request):
        path = self.write("changes.json", json.dumps(request).encode())
        return self.stack.rollcall("contracts", "propose", path, "--output=json")

    def test_a_document_supports_a_contract(self):
        content = random.Random(7).randbytes((5 << 20) + 3)
        sha256 = hashlib.sha256(content).hexdigest()
        refused = self.propose(contract(sha256))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("is not held", refused.stderr)
        self.assertEqual(self.put(content), sha256)
        self.assertIn("held already",
                      self.documents("put", str(self.stack.dir / "document"),
                                     "--title=again").stdout)
        answer = json.loads(self.propose(contract(sha256)).stdout)
        self.stack.agree_to(answer["changeSet"]["changeSetId"])
        out = self.stack.dir / "out.bin"
        got = self.documents("get", sha256, f"--out={out}", person="vic")
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertEqual(out.read_bytes(), content)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        again = self.documents("get", sha256, f"--out={out}")
        self.assertEqual(again.returncode, 2)
        kept = self.documents("delete", sha256, "--reason=tidy")
        self.assertNotEqual(kept.returncode, 0)
        self.assertIn("contract c-1", kept.stderr)
        # The same through the real grpcurl, in parts.
        joined, calls = b"", 0
        while len(joined) < len(content):
            part = self.stack.call("DocumentService.GetDocument", {
                "sha256": sha256, "offset": len(joined)})
            joined += base64.b64decode(part["content"])
            calls += 1
        self.assertEqual((joined == content, calls), (True, 3))
        [document] = self.stack.call("DocumentService.ListDocuments")["documents"]
        self.assertEqual(document["references"][0]["name"]["parts"], ["c-1"])
        self.assertEqual([event["principal"] for event in document["events"]],
                         ["all"])

    def test_roles(self):
        path = self.write("document", b"abc")
        sha256 = hashlib.sha256(b"abc").hexdigest()
        for person in ("vic", "sam", "una", "ada"):
            self.assertEqual(self.documents("put", path, person=person).returncode,
                             4, person)
        for person in ("ivy", "pam"):
            self.assertEqual(self.documents("put", path, person=person).returncode,
                             0, person)
        for person in ("vic", "ivy", "pam", "una", "ada"):
            self.assertEqual(self.documents("list", person=person).returncode, 0)
        self.assertEqual(self.documents("list", person="sam").returncode, 4)
        for person in ("vic", "sam", "una", "pam"):
            refused = self.documents("delete", sha256, "--reason=x", person=person)
            self.assertEqual(refused.returncode, 4, person)
        deleted = self.documents("delete", sha256, "--reason=x", person="ada")
        self.assertEqual(deleted.returncode, 0, deleted.stderr)
        self.assertIn("There is no document yet.", self.documents("list").stdout)
        listed = self.documents("list", "--deleted", "--output=csv").stdout
        self.assertIn(",ada,x,", listed)

    def test_a_crash_leaves_all_of_a_document_or_nothing(self):
        seed = random.randrange(1 << 32)
        draw = random.Random(seed)
        whole, none = 0, 0
        pki = self.stack.dir / "pki"
        for number in range(8):
            content = draw.randbytes(16 << 20)
            sha256 = hashlib.sha256(content).hexdigest()
            path = self.write("document", content)
            call = subprocess.Popen(
                [BIN / "rollcall",
                 f"--collector=localhost:{self.stack.ports['admin_port']}",
                 f"--ca={pki / 'ca.pem'}", f"--cert={pki / 'admin-all.pem'}",
                 f"--key={pki / 'admin-all.key'}", "contracts", "documents",
                 "put", path], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                call.wait(draw.uniform(0.05, 0.8))
            except subprocess.TimeoutExpired:
                pass
            self.stack.kill_collector()
            call.wait(60)
            acknowledged = call.returncode == 0
            self.stack.restart_collector()
            out = self.stack.dir / f"out-{number}"
            got = self.documents("get", sha256, f"--out={out}")
            if got.returncode == 0:
                whole += 1
                self.assertEqual(out.read_bytes(), content, seed)
            else:
                none += 1
                self.assertEqual(got.returncode, 5, f"{seed}: {got.stderr}")
                self.assertFalse(acknowledged, seed)
                self.assertFalse(os.path.exists(out), seed)
        self.assertEqual(whole + none, 8)

    def test_the_bound_on_all_together_is_the_option(self):
        for number in range(12):
            self.put(bytes([number]) * (16 << 20))
        refused = self.documents("put", self.write("last", b"\xff" * (16 << 20)))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--max-documents-mib", refused.stderr)
        self.put(b"small")


if __name__ == "__main__":
    unittest.main()
