"""Records of coverage and siting."""

from coverage.models.recommendations import Recommendation, RecommendedSite, SitingPlan
from coverage.models.runs import CoverageResult, CoverageRun, JobState
from coverage.models.standards import CoverageRule, CoverageStandard

__all__ = [
    "CoverageResult", "CoverageRule", "CoverageRun", "CoverageStandard", "JobState", "Recommendation", "RecommendedSite",
    "SitingPlan",
]  # fmt: skip
