"""What a check says: one line with a count, its whole, a severity with its rule, and the records it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["good", "warn", "bad"]
Words = tuple[str, str]
"""The same sentence in Chinese and in English."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One record that a line is about. ``key``: its code, cell or number; ``detail``: what was found, with its unit."""

    key: str
    name: str
    region_code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Limits on the share of records: above ``warn_share`` a warning, above ``bad_share`` bad. Both 0 to 1."""

    warn_share: float
    bad_share: float

    def judge(self, share: float) -> Severity:
        """Return the severity of a share, 0 to 1."""
        if share > self.bad_share:
            return "bad"
        return "warn" if share > self.warn_share else "good"

    @property
    def words(self) -> Words:
        """The rule in a sentence."""
        warn, bad = f"{100 * self.warn_share:g} %", f"{100 * self.bad_share:g} %"
        return f"超过 {warn} 提醒，超过 {bad} 为差", f"warning above {warn}, bad above {bad}"


NEVER = Rule(warn_share=0.0, bad_share=0.0)
"""Nothing of the kind may be there."""
SOME = Rule(warn_share=0.0, bad_share=0.1)
MANY = Rule(warn_share=0.1, bad_share=0.5)
INFORMATION = Rule(warn_share=1.0, bad_share=1.0)
"""The line only tells; it is never bad."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One check of one data set: ``count`` of ``of_count`` things, which ``whole`` names."""

    check: str
    title: Words
    count: int
    of_count: int
    whole: Words
    rule: Rule
    findings: tuple[Finding, ...] = ()

    @property
    def share(self) -> float:
        """``count`` as a share of ``of_count``, 0 to 1; 0 of nothing is 0."""
        return self.count / self.of_count if self.of_count else 0.0

    @property
    def severity(self) -> Severity:
        """How bad it is, by the rule."""
        return self.rule.judge(self.share)

    def as_json(self) -> dict[str, object]:
        """Return the line for machines, without its records."""
        return {
            "check": self.check, "zh": self.title[0], "en": self.title[1], "count": self.count, "of": self.of_count,
            "of_zh": self.whole[0], "of_en": self.whole[1], "share": round(self.share, 6), "severity": self.severity,
            "rule_zh": self.rule.words[0], "rule_en": self.rule.words[1],
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set with its lines. ``code`` stands in addresses."""

    code: str
    title: Words
    record_count: int
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, object]:
        """Return the data set for machines."""
        return {
            "dataset": self.code, "zh": self.title[0], "en": self.title[1], "records": self.record_count,
            "lines": [line.as_json() for line in self.lines],
        }  # fmt: skip


def line_of(check: str, title: Words, findings: Iterable[Finding], of_count: int, whole: Words, rule: Rule) -> Line:
    """Return the line that counts ``findings``."""
    kept = tuple(findings)
    return Line(
        check=check, title=title, count=len(kept), of_count=of_count, whole=whole, rule=rule, findings=kept
    )  # fmt: skip
