#!/usr/bin/env python3
"""Signs a file that gst-v2a made sound for, with content credentials (C2PA): sign.py IN OUT --cert CHAIN.pem --key KEY.pem

Needs `pip install c2pa-python` (0.38.1 was tried). mp4, mov, m4a, wav, mp3, flac and avi can be signed, not mkv, webm or ogg. The manifest says that
the sound is AI-generated (IPTC digital source type), and names the watermark in it as a soft binding: whoever finds the
mark in a file without credentials can look the signed one up. The certificate is yours: a chain in PEM, leaf first, whose
leaf allows digital signatures and has one of the purposes that C2PA takes (e-mail protection will do).
"""

import argparse
import json
import sys
from pathlib import Path

SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def manifest(title, payload, composite):
    """The claim as the library takes it. `composite`: the picture is not AI-generated, or not all of the sound."""
    source = SOURCES + ("compositeWithTrainedAlgorithmicMedia" if composite else "trainedAlgorithmicMedia")
    mark = f"gst-v2a:{payload:08x}"
    actions = [
        {"action": "c2pa.created", "digitalSourceType": source, "softwareAgent": {"name": "gst-v2a"},
         "description": f"AI-generated audio (gst-v2a), watermark {mark}"},
        {"action": "c2pa.watermarked.bound", "softwareAgent": {"name": "gst-v2a"}, "description": f"inaudible watermark {mark}"},
    ]
    binding = {"alg": "gst-v2a.watermark.1", "blocks": [{"scope": {}, "value": mark}]}
    return {
        "title": title,
        "claim_generator_info": [{"name": "gst-v2a"}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": "c2pa.soft-binding", "data": binding},
        ],
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("source", type=Path, metavar="IN")
    arguments.add_argument("target", type=Path, metavar="OUT")
    arguments.add_argument("--cert", type=Path, required=True, help="certificate chain, PEM, leaf first")
    arguments.add_argument("--key", type=Path, required=True, help="the leaf's private key, PEM (PKCS #8)")
    arguments.add_argument("--algorithm", default="es256", choices=["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"])
    arguments.add_argument("--payload", type=lambda s: int(s, 16), default=0x7632_6101, help="of the watermark, hexadecimal")
    arguments.add_argument("--composite", action="store_true", help="the sound is AI-generated, the picture is not")
    arguments.add_argument("--timestamps", help="URL of a time-stamp authority (RFC 3161)")
    a = arguments.parse_args()
    if not 0 <= a.payload < 1 << 32:
        sys.exit("sign.py: the payload has 32 bits")
    try:
        from c2pa import Builder, C2paError, C2paSignerInfo, Signer
    except ImportError:
        sys.exit("sign.py: pip install c2pa-python")
    # OUT appears whole or not at all.
    partial = a.target.with_name(f".partial-{a.target.name}")
    try:
        info = C2paSignerInfo(a.algorithm, a.cert.read_bytes(), a.key.read_bytes(), a.timestamps)
        with Signer.from_info(info) as signer, Builder(json.dumps(manifest(a.target.name, a.payload, a.composite))) as builder:
            builder.sign_file(a.source, partial, signer)
        partial.replace(a.target)
    except (OSError, C2paError) as error:
        partial.unlink(missing_ok=True)
        sys.exit(f"sign.py: {error}")


if __name__ == "__main__":
    main()
