#!/usr/bin/python3
"""The element from Python: windows.py IN [PROMPT] gives IN a soundtrack and prints what every window was made of.

Needs python3-gi and gir1.2-gstreamer-1.0, and GST_PLUGIN_PATH=.build/release.
"""
import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)
uri = pathlib.Path(sys.argv[1]).resolve().as_uri()
pipeline = Gst.parse_launch("uridecodebin3 name=in ! v2abin name=b  b.video_src ! fakesink  b.audio_src ! wavenc ! filesink location=windows.wav")
pipeline.get_by_name("in").set_property("uri", uri)
pipeline.get_by_name("b").set_property("prompt", sys.argv[2] if len(sys.argv) > 2 else "")
pipeline.set_state(Gst.State.PLAYING)
while True:
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.ELEMENT | Gst.MessageType.EOS | Gst.MessageType.ERROR)
    if message.type == Gst.MessageType.ELEMENT and message.get_structure().has_name("v2a-window"):
        window = message.get_structure()
        print(f"{window['stream-time'] / Gst.SECOND:7.2f} s  {window['steps']} steps in {window['seconds']:.2f} s  saw {window['classes']}  prompt '{window['prompt']}'")
    elif message.type != Gst.MessageType.ELEMENT:
        break
pipeline.set_state(Gst.State.NULL)
sys.exit(0 if message.type == Gst.MessageType.EOS else message.parse_error().gerror.message)
