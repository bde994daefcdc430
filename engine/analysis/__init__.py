"""What is looked at closely: one run, curves over a picture, two fields, diagrams."""
