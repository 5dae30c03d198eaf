"""Who may see and do what, where: users, roles × regions, the one scoped door to all records."""
