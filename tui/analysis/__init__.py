"""Statistics and alignment as pure functions: numbers in, numbers and a verdict word out."""
