"""Every network against PyTorch, ONNX Runtime and OpenVINO on the same exported weights and inputs, side by side and interleaved.

`python -m evaluation.speed [--threads 1 2] [--rounds 7] [--only NAME ...]`, after `swift build -c release --product v2a-tool`;
`Pipelines/bench.sh` does both. Times are medians over rounds of each round's median; in a round every runtime has its turn. One
thread is timed by the processor time that it takes, two by the clock, which only a machine without other work makes fair.
Error: relative L2 against PyTorch in 64-bit floats. Floor: operations counted by PyTorch / peak that is measured in the same rounds.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not take time from the next runtime

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / ".build/release/v2a-tool"
MODEL = ROOT / "Sources/V2AEngine/Resources/v2a-small"
SLOT = 0.12  # seconds that a runtime gets in a round


class Engine:
    """`v2a-tool networks` as a child that answers a line with the seconds of the median call."""

    def __init__(self, threads: int, folder: Path):
        environment = dict(os.environ, V2A_THREADS=str(threads))
        self.child = subprocess.Popen([TOOL, "networks", "--model", MODEL, "--threads", str(threads)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, env=environment)
        self.folder = folder

    def ask(self, *words) -> list[str]:
        self.child.stdin.write("\t".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline().split()
        if not answer:
            raise SystemExit("v2a-tool has ended")
        return answer

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def timed(call, clock) -> float:
    """Median seconds of a call within a slot; the first two calls do not count."""
    call(), call()
    times, end = [], clock() + SLOT
    while len(times) < 3 or clock() < end:
        begun = clock()
        call()
        times.append(clock() - begun)
    return statistics.median(times)


def runtimes(name: str, module, inputs, folder: Path, threads: int):
    """(label, () -> output as a NumPy array) of everybody else."""
    import numpy as np
    import onnxruntime
    import openvino
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = folder / "network.onnx"
    torch.onnx.export(module, inputs, path, dynamo=False, opset_version=20)
    arrays = [x.numpy() for x in inputs]
    with torch.no_grad():
        yield "PyTorch f32", lambda: module(*inputs).numpy()
        compiled = torch.compile(module, dynamic=False)
        yield "PyTorch compiled f32", lambda: compiled(*inputs).numpy()

        def half():
            with torch.autocast("cpu", torch.bfloat16):
                return module(*inputs).float().numpy()

        yield "PyTorch bf16", half

        def session(file):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            made = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            given = {i.name: x for i, x in zip(made.get_inputs(), arrays)}
            return lambda: made.run(None, given)[0]

        yield "ONNX Runtime f32", session(path)
        if name != "EfficientNet-Lite0":  # dynamic int8 convolutions are slower than f32 ones
            small = folder / "int8.onnx"
            quantize_dynamic(path, small, weight_type=QuantType.QInt8)
            yield "ONNX Runtime int8", session(small)
        core = openvino.Core()
        for label, kind in (("f32", openvino.Type.f32), ("bf16", openvino.Type.bf16)):
            compiled_model = core.compile_model(core.read_model(path), "CPU", {
                "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": kind, "PERFORMANCE_HINT": "LATENCY"})
            request = compiled_model.create_infer_request()
            tensors = [openvino.Tensor(np.ascontiguousarray(x)) for x in arrays]
            for i, tensor in enumerate(tensors):
                request.set_input_tensor(i, tensor)

            def infer(request=request):
                request.infer()
                return request.get_output_tensor(0).data

            yield f"OpenVINO {label}", infer


def measure(threads: int, rounds: int, only: list[str]) -> list[dict]:
    import numpy as np
    import torch
    from safetensors.torch import save_file

    from evaluation.speed_networks import cases, in_double
    from generate import load_model

    torch.set_num_threads(threads)
    results = []
    for name, (module, inputs, tensors, operations) in cases(load_model(MODEL)).items():
        if only and not any(word.lower() in name.lower() for word in only):
            continue
        with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            reference = in_double(module, inputs).numpy().ravel()
            error = lambda y: float(np.linalg.norm(np.asarray(y, np.float64).ravel() - reference) / np.linalg.norm(reference))
            engine = Engine(threads, folder)
            save_file({k: v.contiguous().float() for k, v in tensors.items()}, folder / "in.safetensors")
            turns, errors = {}, {}
            for precision in ("f32", "bf16"):
                label, target = f"gst-v2a {precision}", folder / precision
                if engine.ask(name, precision, 0, folder / "in.safetensors", target)[0] == "unknown":
                    continue
                errors[label] = error(np.fromfile(target, np.float32))
                turns[label] = lambda p=precision: float(engine.ask(name, p, SLOT, folder / "in.safetensors", "-")[0])
            for label, call in runtimes(name, module, inputs, folder, threads):
                errors[label] = error(call())
                turns[label] = lambda call=call: timed(call, time.process_time if threads == 1 else time.perf_counter)
            for kind in ("f32", "bf16"):
                turns[f"peak {kind}"] = lambda kind=kind: float(engine.ask("peak", kind, SLOT, "-", "-")[0])
            print(f"measuring: {name}, {threads} threads", file=sys.stderr, flush=True)
            time.sleep(0.5)
            samples = {label: [] for label in turns}
            for round_number in range(rounds):
                for label, turn in turns.items():
                    samples[label].append(turn())
                    time.sleep(0.01)
            print("done measuring", file=sys.stderr, flush=True)
            engine.close()
        for label, values in samples.items():
            results.append({"network": name, "runtime": label, "threads": threads, "median": statistics.median(values),
                            "best": min(values), "error": errors.get(label), "operations": operations})
    return results


def versions() -> str:
    from importlib.metadata import version

    return ", ".join(f"{name} {version(name)}" for name in ("torch", "onnxruntime", "openvino"))


def table(results: list[dict]):
    for name in dict.fromkeys(r["network"] for r in results):
        own = [r for r in results if r["network"] == name]
        threads = sorted({r["threads"] for r in own})
        peak = {(r["runtime"].split()[1], r["threads"]): r["median"] for r in own if r["runtime"].startswith("peak")}
        print(f"\n**{name}**, {own[0]['operations'] / 1e9:.3f} GFLOP\n")
        head = " | ".join(f"ms, {t} thread{'s' * (t > 1)} (best) | gst-v2a f32 = 1 | of peak" for t in threads)
        print(f"| | {head} | error |\n|---|{'---|---|---|' * len(threads)}---|")
        for label in dict.fromkeys(r["runtime"] for r in own):
            if label.startswith("peak"):
                continue
            cells = []
            for t in threads:
                r = next(r for r in own if r["runtime"] == label and r["threads"] == t)
                base = next(r for r in own if r["runtime"] == "gst-v2a f32" and r["threads"] == t)["median"]
                kind = "bf16" if "bf16" in label else "f32"
                share = "" if "int8" in label else f"{r['operations'] / r['median'] / peak[kind, t]:.0%}"
                cells.append(f"{r['median'] * 1e3:.2f} ({r['best'] * 1e3:.2f}) | {r['median'] / base:.2f} | {share}")
                worst = r["error"]
            print(f"| {label} | {' | '.join(cells)} | {worst:.1e} |")
        print("peak, GFLOP/s: " + ", ".join(f"{kind} {t} thread{'s' * (t > 1)} {value / 1e9:.0f}" for (kind, t), value in peak.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    results = []
    for threads in options.threads:  # a process for each: compiled code keeps the number of threads it was made with
        os.environ["OMP_NUM_THREADS"] = str(threads)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            results += pool.apply(measure, (threads, options.rounds, options.only))
    print(versions())
    table(results)


if __name__ == "__main__":
    main()
