"""The command line. A build with nothing to do ends here, before Click is imported."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run ``reportgen ARGUMENTS`` and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["build"]:
        from reportgen.engine.snapshot import nothing_to_do

        if message := nothing_to_do():
            print(message, file=sys.stderr)
            return 0
    from reportgen.cli import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
