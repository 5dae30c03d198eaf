"""Records of coverage and siting."""

from coverage.models.recommendations import Recommendation, RecommendedSite, SitingPlan
from coverage.models.runs import CoverageResult, CoverageRun
from coverage.models.standards import CoverageRule, CoverageStandard

__all__ = [
    "CoverageResult", "CoverageRule", "CoverageRun", "CoverageStandard", "Recommendation", "RecommendedSite",
    "SitingPlan",
]  # fmt: skip
