"""What trainings have logged elsewhere: one reader a tool, all with one result.

``read_metrics`` gives the series of a log by name; ``tables`` reads CSV, JSON lines and what is
built on them (Lightning, the Hugging Face trainer), ``trackers`` the stores of TensorBoard,
Weights & Biases, MLflow and trackio. Nothing is asked of a service.
"""

from reportgen.metrics.read import Logged as Logged
from reportgen.metrics.read import read_metrics as read_metrics
