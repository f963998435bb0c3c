"""Tests of the words and the bytes of our mails."""
