"""What is remembered: answers for another time, and what every request cost."""
