"""What a reader or writer noticed on its way, each kind of thing once."""

from dataclasses import dataclass, field

from bozzetto.findings import Finding, Severity


@dataclass(kw_only=True)
class Notes:
    """Collects findings; lives only inside one read or write."""

    subject: str
    """The file's name."""
    found: dict[str, Finding] = field(default_factory=dict[str, Finding])

    def warn(self, code: str, message: str, *, fix: str = "") -> None:
        """Note something that changes the result; the first of a kind counts."""
        self._add(code, Severity.WARNING, message, fix=fix)

    def tell(self, code: str, message: str, *, fix: str = "") -> None:
        """Note something worth knowing."""
        self._add(code, Severity.INFO, message, fix=fix)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in order."""
        return tuple(self.found.values())

    def _add(self, code: str, severity: Severity, message: str, *, fix: str) -> None:
        """Keep the first finding of a code and message."""
        finding = Finding(
            code=code, severity=severity, message=message, fix=fix, subject=self.subject
        )
        self.found.setdefault(f"{code} {message}", finding)
