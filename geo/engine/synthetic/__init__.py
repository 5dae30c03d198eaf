"""The demonstration province: settlements, people, streets and venues made from a few facts, deterministic by seed."""
