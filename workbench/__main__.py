"""The entry of the command `mapping`."""

import importlib
import sys


def main() -> None:
    """Run the command line, or say how to install what it needs."""
    try:
        run = importlib.import_module("workbench.cli").main
    except ModuleNotFoundError as error:
        sys.exit(
            f"mapping: the module {error.name} is not installed; the command needs "
            f"the extra `workbench`: pip install 'everything-is-a-mapping[workbench]'"
        )
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
