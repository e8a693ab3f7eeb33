"""Behalf for Python: what protects an API stands in :mod:`behalf.resource_server`."""
