"""The front desk: takes each message or sealed event and finds the capability that answers it."""
