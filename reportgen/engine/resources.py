"""What a run takes of its machine: threads, memory, the device."""

import sys
from pathlib import Path

from reportgen.engine.run import Run, thread_count
from reportgen.observe.variables import overrule


def limit_threads(threads: int) -> None:
    """Let the libraries of this process use so many threads; 0 leaves them as they are."""
    if threads:
        overrule("OMP_NUM_THREADS", str(threads))
        overrule("MKL_NUM_THREADS", str(threads))
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(threads)


def device_name(run: Run) -> str:
    """``NVIDIA H100, bfloat16`` or ``CPU, 2 threads``."""
    torch = sys.modules.get("torch")
    if torch and "device" in run.__dict__ and run.device.type == "cuda":
        return str(torch.cuda.get_device_name(run.device))
    if torch and "device" in run.__dict__ and run.device.type == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads() if torch else thread_count()
    return f"CPU, {threads} thread{'s' * (threads != 1)}"


def reset_peak_memory() -> bool:
    """Start the high-water mark of this process anew; False where the system cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_memory() -> int:
    """The high-water mark of this process's memory in bytes."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def peak_device_memory() -> int:
    """The most memory in bytes that the device has given so far."""
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_initialized():
        return int(torch.cuda.max_memory_allocated())
    return 0
