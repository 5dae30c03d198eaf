"""Long work on the ground: ids in, one piece of work, rows out; and what all long work shares."""
