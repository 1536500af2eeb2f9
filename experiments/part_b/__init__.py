"""Part B: from a denoiser to a generator of digits. One module a section of the post."""
