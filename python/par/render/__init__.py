"""Values and errors as text, table and JSON. Pure: nothing is printed here."""
