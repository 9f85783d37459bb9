"""Telling a person of watched runs: in the terminal, by a program of theirs; never twice."""
