"""Databases of earlier versions, as text, and what those versions answered on them."""
