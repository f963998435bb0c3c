"""Bytes in, values out: knows RFCs and mail clients, not tickets, and touches no world."""
