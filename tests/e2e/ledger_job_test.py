"""The ledger with the real programs: exported, proved, and checked offline."""

import base64
import hashlib
import json
import os
import subprocess
import unittest

from stack import BIN, Stack


def node(mark, *parts):
    return hashlib.sha256(bytes([mark]) + b"".join(parts)).digest()


class LedgerJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = self.enterContext(Stack())

    def path(self, name):
        return str(self.stack.dir / name)

    def keep(self, name, *command):
        """Runs a command and keeps what it prints in a file; returns its path."""
        result = self.stack.rollcall(*command)
        self.assertEqual(result.returncode, 0, result.stderr)
        (self.stack.dir / name).write_text(result.stdout)
        return self.path(name)

    def export(self, name):
        result = self.stack.rollcall("ledger", "export", self.path(name))
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.path(name)

    def verify(self, file, *more):
        """As an auditor: the program and files, and no collector."""
        return subprocess.run(
            [BIN / "rollcall", "ledger", "verify", file, *more],
            capture_output=True, text=True, timeout=60, check=False,
            env={"PATH": os.environ["PATH"]})

    def new_key(self, name):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                        self.path(name)], check=True)
        os.chmod(self.path(name), 0o600)
        return self.path(name)

    def entries(self):
        return self.stack.call("LedgerService.ListLedgerEntries")["entries"]

    def test_a_ledger_is_kept_elsewhere_and_checked_without_a_collector(self):
        key = self.keep("key.pub", "ledger", "key")
        checkpoint = self.keep("checkpoint", "ledger", "checkpoint")
        file = self.export("ledger.txt")
        # The key that is beside the store is the one that the collector tells.
        own = self.stack.dir / "data" / "ledger.pub"
        self.assertIn(own.read_text(), (self.stack.dir / "key.pub").read_text())
        self.assertEqual((self.stack.dir / "data" / "ledger.key").stat().st_mode
                         & 0o777, 0o600)
        self.stack.end(self.stack.collector)
        good = self.verify(file, f"--public-key={key}",
                           f"--checkpoint={checkpoint}")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        self.assertNotIn("cannot tell", good.stdout)
        alone = self.verify(file, f"--public-key={own}")
        self.assertEqual(alone.returncode, 0, alone.stdout + alone.stderr)
        self.assertIn("cannot tell", alone.stdout)

    def test_a_flipped_byte_is_named(self):
        # One more entry: another key.
        last = len(self.entries())
        self.stack.restart_collector(f"--ledger-key={self.new_key('second.key')}")
        key = self.keep("key.pub", "ledger", "key")
        file = self.export("ledger.txt")
        good = self.verify(file, f"--public-key={key}")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        content = bytearray((self.stack.dir / "ledger.txt").read_bytes())
        content[content.index(b"ledger-key-changed") + 3] ^= 1
        (self.stack.dir / "ledger.txt").write_bytes(content)
        bad = self.verify(file, f"--public-key={key}")
        self.assertEqual(bad.returncode, 1, bad.stdout + bad.stderr)
        self.assertIn(f"line {last + 2}, entry {last}", bad.stdout)

    def test_a_restart_keeps_the_ledger_and_another_key_is_told(self):
        before = self.entries()
        kinds = [entry["kind"] for entry in before]
        self.assertEqual(kinds[0], "ledger-opened")
        # Those whom the installation names.
        self.assertEqual(set(kinds[1:]), {"role-granted"})
        checkpoint = self.keep("checkpoint", "ledger", "checkpoint")
        first = self.keep("first.pub", "ledger", "key")
        self.stack.restart_collector()
        self.assertEqual(self.entries(), before)
        self.stack.restart_collector(f"--ledger-key={self.new_key('second.key')}")
        after = self.entries()
        self.assertEqual(after[:-1], before)
        self.assertEqual(after[-1]["kind"], "ledger-key-changed")
        file = self.export("ledger.txt")
        both = self.keep("both.pub", "ledger", "key")
        good = self.verify(file, f"--public-key={both}",
                           f"--checkpoint={checkpoint}")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        # Who trusts the first key alone is told where the other begins.
        bad = self.verify(file, f"--public-key={first}")
        self.assertEqual(bad.returncode, 1, bad.stdout + bad.stderr)
        self.assertIn(f"entry {len(before)}", bad.stdout)
        proof = self.stack.rollcall("ledger", "prove", "0",
                                    f"--public-key={both}")
        self.assertEqual(proof.returncode, 0, proof.stderr)
        grown = self.stack.call("LedgerService.GetConsistencyProof",
                                {"first_size": len(before)})
        self.assertEqual(int(grown["second"]["size"]), len(before) + 1)

    def test_an_export_needs_nothing_of_ours_to_be_checked(self):
        """What collector/ledger/README.md shows, with openssl for signatures."""
        self.stack.restart_collector(f"--ledger-key={self.new_key('second.key')}")
        keys = {key["keySha256"]: key["publicKeyPem"] for key in
                self.stack.call("LedgerService.GetLedgerKey")["keys"]}
        self.assertEqual(len(keys), 2)
        pages = self.stack.call("LedgerService.ExportLedger")
        self.assertEqual(pages["nextPageToken"], "")
        parts, log, key = [], None, None
        lines = pages["text"].encode().split(b"\n")
        for line in lines[1:-8]:
            signature, root, text = line.split(b" ", 2)
            entry = json.loads(text)
            log = log or entry["facts"]["log"]
            key = entry["facts"].get("key_sha256", key)
            parts.append((1, node(0, text)))
            while len(parts) > 1 and parts[-1][0] == parts[-2][0]:
                (count, right), (_, left) = parts.pop(), parts.pop()
                parts.append((2 * count, node(1, left, right)))
            top = parts[-1][1]
            for _, left in reversed(parts[:-1]):
                top = node(1, left, top)
            self.assertEqual(top.hex(), root.decode())
            signed = (f"rollcall ledger checkpoint 1\nlog {log}\n"
                      f"size {entry['index'] + 1}\nroot {top.hex()}\n"
                      f"time {entry['time']}\nkey {key}\n")
            (self.stack.dir / "signed").write_text(signed)
            (self.stack.dir / "signature").write_bytes(
                base64.b64decode(signature))
            (self.stack.dir / "pub").write_text(keys[key])
            subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey",
                 self.path("pub"), "-rawin", "-in", self.path("signed"),
                 "-sigfile", self.path("signature")],
                check=True, capture_output=True)
        self.assertEqual(entry["index"], len(self.entries()) - 1)

    def test_a_key_that_others_may_read_keeps_the_collector_from_starting(self):
        key = self.stack.dir / "data" / "ledger.key"
        key.chmod(0o644)
        self.stack.end(self.stack.collector)
        with self.assertRaisesRegex(AssertionError, "chmod 600"):
            self.stack.start_collector()
        key.unlink()
        with self.assertRaisesRegex(AssertionError, "there is no key"):
            self.stack.start_collector()


if __name__ == "__main__":
    unittest.main()
