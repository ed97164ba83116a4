"""Workbooks that we write for suppliers: templates, and drafts with their problems marked."""
