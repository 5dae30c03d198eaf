"""Our own code side by side with its peers, on the same inputs, with the answers compared before times count."""
