"""Thai text, numerals, dates, numbers and telephones, as offices write them."""
