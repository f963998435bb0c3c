"""What of a text its author wrote this time: quotation, signatures and footers found line by line, in linear time."""
