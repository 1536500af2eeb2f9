"""Part A: the power of diffusion models. One module a section of the post."""
