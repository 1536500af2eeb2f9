"""What reportgen is called where packages are installed from.

The name 'reportgen' on the package index is somebody else's, so no hint and no workflow names it.
"""

NAME = "reportgen-jekyll"


def version() -> str:
    """The version that was installed, given by the tag of its commit; "0" where none was."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        return metadata(NAME)["Version"]
    except PackageNotFoundError:
        return "0"


def extra(*names: str) -> str:
    """The hint to install optional packages: ``extra("s3")``."""
    return f"Install it with: pip install '{NAME}[{','.join(names)}]'"
