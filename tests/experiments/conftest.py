"""The science is importable from the project's root, and runs on one thread: tests are small."""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))
torch.set_num_threads(1)
