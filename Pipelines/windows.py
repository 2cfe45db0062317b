#!/usr/bin/python3
"""The element from Python: windows.py IN [PROMPT] gives IN a soundtrack, windows.wav, and prints what every window was made of.

Needs python3-gi and gir1.2-gstreamer-1.0, and GST_PLUGIN_PATH=.build/release.
"""
import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)
pipeline = Gst.parse_launch(
    "uridecodebin3 name=in ! v2abin name=b  b.video_src ! fakesink  b.audio_src ! wavenc ! filesink location=windows.wav"
)
pipeline.get_by_name("in").set_property("uri", pathlib.Path(sys.argv[1]).resolve().as_uri())
pipeline.get_by_name("b").set_property("prompt", sys.argv[2] if len(sys.argv) > 2 else "")
pipeline.set_state(Gst.State.PLAYING)
kinds = Gst.MessageType.ELEMENT | Gst.MessageType.EOS | Gst.MessageType.ERROR
while (message := pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, kinds)).type == Gst.MessageType.ELEMENT:
    window = message.get_structure()
    if window.has_name("v2a-window"):
        start, steps, seconds = (window.get_value(name) for name in ("stream-time", "steps", "seconds"))
        seen, known, prompt = (window.get_value(name) for name in ("classes", "confidence", "prompt"))
        print(f"{start / Gst.SECOND:7.2f} s: {steps} steps in {seconds:.2f} s, saw {seen} (confidence {known:.2f}), prompt '{prompt}'")
pipeline.set_state(Gst.State.NULL)
sys.exit(message.parse_error()[0].message if message.type == Gst.MessageType.ERROR else 0)
