"""The colours of the maps."""

RAMP = ("#fbfcd9", "#cdeac0", "#8ccfc4", "#4ba3c7", "#2f6bae")  # low to high, ink keeps 3:1 on all
CATEGORIES = ("#7d8890", "#aab3b8", "#4a74ad", "#84a0cb", "#b5c8e2", "#e0e9f4")
DOWN, SAME, UP = "#542788", "#f7f7f7", "#a84f05"
INK = "#14202b"
EDGE, FAINT = "#ffffff", "#c3c9cd"  # of areas; where most have the palest colour, faint ones
GROUND, GROUND_EDGE, OUTER_EDGE = "#f6f6f2", "#c9cec9", "#5c6872"
