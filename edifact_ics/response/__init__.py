"""What is answered: CONTRL for the form, business responses for the contents."""
