"""The ground: regions, venues, people, streets, and the minutes between them."""
