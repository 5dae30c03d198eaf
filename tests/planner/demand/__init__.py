"""Tests of the pages of demand."""
