#!/usr/bin/env python3
"""Live latency of v2a: latency.py [SECONDS] [name=value ...]. Needs GStreamer's Python bindings (python3-gi, gir1.2-gstreamer-1.0).

A live picture is black and flashes white every two seconds; what is printed: the latency that the query promises and its parts, how
long after its flash the sound of that moment arrives, and how many buffers came too late.
"""

import array
import statistics
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

PERIOD, LIT = 60, 3  # pictures from flash to flash, and that a flash lasts


def main():
    seconds = float((sys.argv[1:] or ["20"])[0])
    given = dict(p.split("=", 1) for p in sys.argv[2:])
    settings = {"hop": "128000000", "context": "682666667", "steps": "4", "prompt": "a ball bouncing"} | given
    words = " ".join(f'{k}="{v}"' for k, v in settings.items())
    Gst.init(None)
    caps = "video/x-raw,format=GRAY8,width=320,height=240,framerate=30/1"
    pipeline = Gst.parse_launch(
        f"appsrc name=camera is-live=true format=time min-latency=33333333 max-latency=33333333 caps={caps} ! v2a name=v {words} ! "
        "appsink name=ears emit-signals=true sync=false max-buffers=0")
    camera, ears, element = (pipeline.get_by_name(n) for n in ("camera", "ears", "v"))
    dark, bright = (bytes([v]) * (320 * 240) for v in (16, 235))
    state = {"n": 0, "late": 0, "gaps": 0, "next": None}
    flash = PERIOD * Gst.SECOND // 30
    delays, answers, loud = [], [], []
    source = element.get_static_pad("src")

    def promised():
        query = Gst.Query.new_latency()
        return query.parse_latency()[1] if source.query(query) else 0

    def now():
        clock = pipeline.get_clock()
        return clock.get_time() - pipeline.get_base_time() if clock else 0

    def shoot():
        # A picture is complete a thirtieth of a second after its time.
        time, step = now(), Gst.SECOND // 30
        while (state["n"] + 1) * step <= time:
            n = state["n"]
            buffer = Gst.Buffer.new_wrapped(bright if n % PERIOD < LIT and n >= PERIOD else dark)
            buffer.pts, buffer.duration = n * step, step
            camera.emit("push-buffer", buffer)
            state["n"] += 1
        if time > seconds * Gst.SECOND:
            loop.quit()
        return True

    def hear(sink):
        sample = sink.emit("pull-sample")
        if sample is None:
            return Gst.FlowReturn.EOS
        buffer, arrived = sample.get_buffer(), now()
        start, end = buffer.pts, buffer.pts + buffer.duration
        if state["next"] is not None and abs(start - state["next"]) > 50_000:
            state["gaps"] += 1
        state["next"] = end
        if start < 3 * Gst.SECOND:
            return Gst.FlowReturn.OK  # the model has been loading
        delays.append(arrived - start)
        state["late"] += arrived > start + state["promise"]
        k = -(-start // flash)
        if k > 0 and k * flash < end:
            answers.append(arrived - k * flash)
        _, view = buffer.map(Gst.MapFlags.READ)
        values = array.array("f", bytes(view.data))
        buffer.unmap(view)
        step = 480 * 2
        for i in range(0, len(values) - step + 1, step):
            energy = sum(v * v for v in values[i : i + step : 8]) / (step / 8)
            loud.append((start + i // 2 * Gst.SECOND // 48000, energy))
        return Gst.FlowReturn.OK

    def message(bus, m):
        if m.type == Gst.MessageType.ERROR:
            print(m.parse_error()[0].message, file=sys.stderr)
            loop.quit()
        elif m.type == Gst.MessageType.LATENCY:
            pipeline.recalculate_latency()
            state["promise"] = promised()
        elif m.type == Gst.MessageType.ELEMENT and m.has_name("v2a-window"):
            s = m.get_structure()
            windows.append((s.get_int("steps")[1], s.get_double("seconds")[1]))

    windows = []
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", message)
    ears.connect("new-sample", hear)
    state["promise"] = 1 << 62
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_state(2 * Gst.SECOND)
    state["promise"] = promised()
    GLib.timeout_add(2, shoot)
    loop.run()
    milliseconds = lambda ns: f"{ns / 1e6:.0f} ms"
    print(f"latency query: {milliseconds(promised())}, upstream's picture of 33 ms included")
    if delays and answers:
        print(f"from a flash to when its sound is there: median {milliseconds(statistics.median(answers))}, longest {milliseconds(max(answers))}, of {len(answers)}")
        print(f"every buffer: median {milliseconds(statistics.median(delays))}, longest {milliseconds(max(delays))}; {state['late']} of {len(delays)} later than promised, {state['gaps']} gaps, after the first three seconds")
    done = [w for w in windows if w[0] > 0]
    if done:
        print(f"{len(windows)} windows, {len(windows) - len(done)} given up, steps {min(w[0] for w in done)} to {max(w[0] for w in done)}, "
              f"computing {statistics.median(w[1] for w in done) * 1e3:.0f} ms in the median, {max(w[1] for w in done) * 1e3:.0f} at most")
    # The steepest rise within half a second around each flash.
    rise = {t: b / (a + 1e-8) for (_, a), (t, b) in zip(loud, loud[1:])}
    found = []
    for k in range(1, int(seconds * Gst.SECOND // flash)):
        near = [(r, t - k * flash) for t, r in rise.items() if -100e6 < t - k * flash < 400e6]
        if near:
            found.append(max(near)[1])
    if found:
        print(f"steepest rise of the sound after its flash: median {milliseconds(statistics.median(found))} in the soundtrack's own time")
    pipeline.set_state(Gst.State.NULL)

if __name__ == "__main__":
    main()
