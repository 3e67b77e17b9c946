"""Titles as data: what a title asks for, who may hold it, who does, and why not the others."""
