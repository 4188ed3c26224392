"""The entry of the command `mapping`."""

import importlib
import sys


def main() -> None:
    """Run the command line, or say how to install what it needs."""
    try:
        cli = importlib.import_module("workbench.cli")
    except ModuleNotFoundError as error:
        sys.exit(
            f"mapping: the module {error.name} is not installed; the command needs "
            f"the extra `workbench`: pip install 'everything-is-a-mapping[workbench]'"
        )
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
