"""Plant every mistake and print those that no law notices, by file and line.

PYTHONPATH=tests .venv/bin/python -m laws.mutation
"""

import sys
import warnings
from collections import Counter

from laws.mutation.equivalent import EQUIVALENT
from laws.mutation.mutants import mutants
from laws.mutation.verdict import noticed_by


def main() -> int:
    warnings.simplefilter("ignore")
    verdicts = {mutant: noticed_by(mutant) for mutant in mutants()}
    survivors = [mutant for mutant, error in verdicts.items() if error is None]
    unexplained = [mutant for mutant in survivors if mutant.key not in EQUIVALENT]
    failed = Counter(error is AssertionError for error in verdicts.values() if error)
    reasons = Counter(EQUIVALENT.get(mutant.key) for mutant in survivors)
    outdated = EQUIVALENT.keys() - {mutant.key for mutant in survivors}

    print(f"{len(verdicts)} mutants:", dict(Counter(m.mistake for m in verdicts)))
    print(f"{failed[True]} break a law, {failed[False]} cannot run")
    for reason, count in reasons.items():
        print(f"{count} survive: {reason or 'no reason is known'}")
    print(*map(str, unexplained), sep="\n")
    if outdated:
        print("explained in vain:", *outdated, sep="\n")
    return bool(unexplained or outdated)


if __name__ == "__main__":
    sys.exit(main())
