"""`python -m tools.formats_check [FORMAT...]`: formats x readers x (static, skinned).

Exit code 1 when any cell fails. Readers that are not installed are listed, not counted.
"""

import sys
import tempfile
from pathlib import Path

from tools.formats_check.matrix import run


def main() -> int:
    """Write every format, open each with every reader, print the matrix."""
    with tempfile.TemporaryDirectory() as folder:
        rows = run(Path(folder), formats=tuple(sys.argv[1:]))
    width = max(len(f"{row.format} {row.subject} {row.reader}") for row in rows)
    for row in rows:
        label = f"{row.format} {row.subject} {row.reader}".ljust(width)
        cells = "  ".join(
            f"{name} {verdict.measured}{'' if verdict.passed else ' FAIL'}"
            for name, verdict in row.verdicts.items()
        )
        mark = "ok  " if row.passed else "skip" if row.absent else "FAIL"
        print(f"{mark} {label}  {cells}{row.absent}")
        for complaint in row.complaints:
            print(f"       {complaint}")
    failed = [row for row in rows if not row.passed and not row.absent]
    skipped = sum(bool(row.absent) for row in rows)
    print(f"{len(rows) - len(failed) - skipped} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
