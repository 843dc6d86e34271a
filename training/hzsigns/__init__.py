"""Trains the networks that hzsystem ships: a detector of traffic signs and a classifier that names them."""
