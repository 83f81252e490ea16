"""Linking the rows of any table, by columns whose kinds are named."""
