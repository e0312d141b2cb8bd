"""What is done to a model beside training it: each function takes a model and gives another, and leaves its argument as it was."""
