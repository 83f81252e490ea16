"""The nouns: tables, portfolios, evidence."""
