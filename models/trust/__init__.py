"""What officers did."""
