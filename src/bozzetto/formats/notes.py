"""What a reader or writer noticed on its way: each kind of thing once, with how often."""

from dataclasses import dataclass, field, replace

from bozzetto.findings import Finding, Severity


@dataclass(kw_only=True)
class Notes:
    """Collects findings; lives only inside one read or write."""

    subject: str
    """The file's name."""
    found: dict[str, Finding] = field(default_factory=dict[str, Finding])

    def warn(self, code: str, message: str, *, fix: str = "") -> None:
        """Note something that changes the result; what is noted again is counted."""
        self.count(code, Severity.WARNING, message, fix=fix)

    def tell(self, code: str, message: str, *, fix: str = "") -> None:
        """Note something worth knowing."""
        self.count(code, Severity.INFO, message, fix=fix)

    def fail(self, code: str, message: str, *, fix: str = "") -> None:
        """Note something that makes the result unusable as it is."""
        self.count(code, Severity.ERROR, message, fix=fix)

    def count(
        self, code: str, severity: Severity, message: str, *, count: int = 1, fix: str = ""
    ) -> None:
        """Note something that was met so many times; the numbers of equal messages add up."""
        key = f"{code} {message}"
        before = self.found.get(key)
        if before is not None:
            self.found[key] = replace(before, measured=(before.measured or 0) + count)
            return
        self.found[key] = Finding(
            code=code,
            severity=severity,
            message=message,
            fix=fix,
            subject=self.subject,
            measured=float(count),
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in order; `measured` is how often each was met."""
        return tuple(
            replace(finding, message=_counted(finding.message, int(finding.measured or 1)))
            for finding in self.found.values()
        )


def _counted(message: str, count: int) -> str:
    """End a message with a full stop, and with its count where it was met several times."""
    text = message.removesuffix(".")
    return f"{text}." if count == 1 else f"{text} ({count:,} times)."
