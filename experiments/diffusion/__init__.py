"""Diffusion models, readable on their own: schedule, forward process, network, training."""
