"""What a mail says, whatever its octets are."""
