"""Who there is: units, people, offices, phones, and how they come and go."""
