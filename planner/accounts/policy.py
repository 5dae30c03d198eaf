"""Who may do what: the table of acts and roles. Where they may do it follows from their grants, see ``scope``."""

from enum import StrEnum

from planner.accounts.models import Role


class Act(StrEnum):
    """What can be done with what the site knows."""

    READ_MAP = "read_map"  # regions, venues, runs, recommendations, where people are out of reach
    READ_REPORTS = "read_reports"  # reports of recommendations, as page and file
    READ_DEMAND = "read_demand"  # the demand cells themselves, with their groups
    EXPORT = "export"  # whole tables as files
    READ_RECORDS = "read_records"  # the administration pages
    MANAGE_RECORDS = "manage_records"  # change regions, venues, standards, plans
    MANAGE_ACCOUNTS = "manage_accounts"  # users and their grants


PLANNER, REVIEWER, COMMITTEE, ADMINISTRATOR = Role.PLANNER, Role.REVIEWER, Role.COMMITTEE_MEMBER, Role.ADMINISTRATOR

POLICY: dict[Act, frozenset[Role]] = {
    Act.READ_MAP:        frozenset({PLANNER, REVIEWER, COMMITTEE, ADMINISTRATOR}),
    Act.READ_REPORTS:    frozenset({PLANNER, REVIEWER, COMMITTEE, ADMINISTRATOR}),
    Act.READ_DEMAND:     frozenset({PLANNER, REVIEWER,            ADMINISTRATOR}),
    Act.EXPORT:          frozenset({PLANNER, REVIEWER,            ADMINISTRATOR}),
    Act.READ_RECORDS:    frozenset({PLANNER, REVIEWER,            ADMINISTRATOR}),
    Act.MANAGE_RECORDS:  frozenset({PLANNER,                      ADMINISTRATOR}),
    Act.MANAGE_ACCOUNTS: frozenset({                              ADMINISTRATOR}),
}  # fmt: skip
