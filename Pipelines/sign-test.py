#!/usr/bin/env python3
"""Test of sign.py with a certificate chain made for it: signs, reads back with trust in its root, and refuses what it should."""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from c2pa import Context, Reader, Settings

HERE = Path(__file__).resolve().parent
EXTENSIONS = {
    "root": "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
    "leaf": "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
}


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def certificates(folder):
    """Root and leaf on P-256: chain.pem, leaf.key, root.pem."""
    for name in ("root", "leaf"):
        (folder / f"{name}.ext").write_text(EXTENSIONS[name])
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder / f"{name}.key")
        openssl("req", "-new", "-key", folder / f"{name}.key", "-subj", f"/O=gst-v2a test/CN={name}", "-out", folder / f"{name}.csr")
        by = ["-signkey", folder / "root.key"] if name == "root" else ["-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial"]
        openssl("x509", "-req", "-days", 2, "-in", folder / f"{name}.csr", "-extfile", folder / f"{name}.ext", *by, "-out", folder / f"{name}.pem")
    (folder / "chain.pem").write_text((folder / "leaf.pem").read_text() + (folder / "root.pem").read_text())


def wav(path):
    samples = bytes(4 * 4800)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 2, 48000, 192000, 4, 16, b"data", len(samples))
    path.write_bytes(header + samples)


def sign(*words):
    return subprocess.run([sys.executable, HERE / "sign.py", *map(str, words)], capture_output=True, text=True)


def main():
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        certificates(work)
        keys = ["--cert", work / "chain.pem", "--key", work / "leaf.key"]
        wav(work / "in.wav")
        trust = {"trust": {"trust_anchors": (work / "root.pem").read_text()}, "verify": {"verify_trust": True}}
        for source, options in ((work / "in.wav", []), (HERE / "sample.mp4", ["--composite", "--payload", "2a"])):
            target = work / f"out{source.suffix}"
            done = sign(source, target, *keys, *options)
            assert done.returncode == 0, done.stderr
            with Context(Settings.from_dict(trust)) as context, Reader(target, context=context) as reader:
                assert reader.get_validation_state() == "Trusted", reader.json()
                told = reader.get_active_manifest()
            text = json.dumps(told)
            kind = "/compositeWithTrainedAlgorithmicMedia" if options else "/trainedAlgorithmicMedia"
            assert kind in text and ("gst-v2a:0000002a" if options else "gst-v2a:76326101") in text, text
            assert any(a["label"].startswith("c2pa.soft-binding") for a in told["assertions"]), text
            # One changed sample, or byte of the media, breaks the signature's hash.
            data = bytearray(target.read_bytes())
            place = data.index(b"data") + 100 if source.suffix == ".wav" else data.rindex(b"mdat") + 1000
            data[place] ^= 1
            target.write_bytes(data)
            with Context(Settings.from_dict(trust)) as context, Reader(target, context=context) as reader:
                assert reader.get_validation_state() == "Invalid", reader.json()
        (work / "in.mkv").write_bytes((HERE / "sample.mp4").read_bytes())
        for bad in ([work / "none.wav", work / "x.wav", *keys], [work / "in.mkv", work / "x.mkv", *keys],
                    [work / "in.wav", work / "x.wav", "--cert", work / "root.key", "--key", work / "leaf.key"],
                    [work / "in.wav", work / "x.wav", *keys, "--payload", "123456789"]):
            done = sign(*bad)
            assert done.returncode == 1 and done.stderr.startswith("sign.py: ") and "Traceback" not in done.stderr, (bad, done)
            assert not list(work.glob("x.*")) and not list(work.glob(".partial*")), bad
    print("sign.py: signed and verified")


if __name__ == "__main__":
    main()
