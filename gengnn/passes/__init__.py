"""Graph in, graph out: the passes between the front end and the design."""
