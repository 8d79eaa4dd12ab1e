"""Devices, number formats and threads: chosen once for every command."""
