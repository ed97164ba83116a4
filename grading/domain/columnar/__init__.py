"""Verdicts on whole populations: cells of alike packs, each judged once by the one authority."""
