"""What a check says: one line with a count, its whole, a severity with its rule, and the records it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["good", "warn", "bad"]
Words = tuple[str, str]
"""The same sentence in Chinese and in English."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One record that a line is about.

    ``key``: its code, cell or number; ``detail``: what was found, with its unit; ``value``: the number of it, for sorting;
    ``lon``, ``lat``: degrees WGS-84, None where it has no place.
    """

    key: str
    name: str | Words
    region_code: str
    detail: str | Words = ""
    value: float | None = None
    lon: float | None = None
    lat: float | None = None


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
        if self.bad_share == 0.0:
            return "有一条即为差", "bad as soon as there is one"
        if self.bad_share >= 1.0:
            return f"超过 {warn} 提醒", f"warning above {warn}"
        return f"超过 {warn} 提醒，超过 {bad} 为差", f"warning above {warn}, bad above {bad}"


NEVER = Rule(warn_share=0.0, bad_share=0.0)
"""Nothing of the kind may be there."""
SOME = Rule(warn_share=0.0, bad_share=0.1)
MANY = Rule(warn_share=0.1, bad_share=0.5)
RATHER_NOT = Rule(warn_share=0.0, bad_share=1.0)
"""Worth a look, and no fault."""
INFORMATION = Rule(warn_share=1.0, bad_share=1.0)
"""The line only tells; it is never bad."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One check of one data set: ``count`` of ``of_count`` things, which ``whole`` names; ``notes``: what it rests on."""

    check: str
    title: Words
    count: int
    of_count: int
    whole: Words
    rule: Rule
    findings: tuple[Finding, ...] = ()
    notes: tuple[Words, ...] = ()

    @property
    def share(self) -> float:
        """``count`` as a share of ``of_count``, 0 to 1; 0 of nothing is 0."""
        return self.count / self.of_count if self.of_count else 0.0

    @property
    def severity(self) -> Severity:
        """How bad it is, by the rule."""
        return self.rule.judge(self.share)

    @property
    def is_judged(self) -> bool:
        """Whether the rule can say anything but good."""
        return self.rule != INFORMATION

    def as_json(self) -> dict[str, object]:
        """Return the line for machines, without its records."""
        return {
            "check": self.check, "zh": self.title[0], "en": self.title[1], "count": self.count, "of": self.of_count,
            "of_zh": self.whole[0], "of_en": self.whole[1], "share": round(self.share, 6), "severity": self.severity,
            "rule_zh": self.rule.words[0], "rule_en": self.rule.words[1],
            "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set with its lines. ``code`` stands in addresses."""

    code: str
    title: Words
    record_count: int
    lines: tuple[Line, ...]

    @property
    def bad_count(self) -> int:
        """Lines that are bad."""
        return sum(line.severity == "bad" for line in self.lines)

    @property
    def warn_count(self) -> int:
        """Lines that warn."""
        return sum(line.severity == "warn" for line in self.lines)

    def as_json(self) -> dict[str, object]:
        """Return the data set for machines."""
        return {
            "dataset": self.code, "zh": self.title[0], "en": self.title[1], "records": self.record_count,
            "lines": [line.as_json() for line in self.lines],
        }  # fmt: skip


def line_of(
    check: str, title: Words, findings: Iterable[Finding], of_count: int, whole: Words, rule: Rule,
    notes: Iterable[Words] = (),
) -> Line:  # fmt: skip
    """Return the line that counts ``findings``."""
    kept = tuple(findings)
    return Line(
        check=check, title=title, count=len(kept), of_count=of_count, whole=whole, rule=rule, findings=kept,
        notes=tuple(notes),
    )  # fmt: skip
