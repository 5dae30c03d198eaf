"""People over cells: totals of areas spread, sources blended, groups and classes told apart; nobody is lost on the way."""
