"""The science of this report: artifacts and figures in ``part_a`` and ``part_b``."""
