"""Where and when each illustrative offence happens, and how often it carries which mark.

Only the shares of the marks are printed (see `draw`); the rest is invented to resemble a rural
county.
"""

from geo.sample.totals import ASB_2015, CRIME_2015_16

BUSINESS_SHARE = 0.14
SHOPLIFTING_OF_BUSINESS = 0.48
RURAL_FLAG_SHARE = 0.14

PLACES = {
    "asb": (1.05, 0.70, 0.55, 0.80),
    "nightlife": (1.15, 0.65, 0.45, 0.70),
    "shops": (0.40, 0.15, 0.05, 5.00),
    "homes": (1.00, 0.90, 0.85, 0.20),
    "yards": (0.95, 0.80, 1.10, 0.25),
    "streets": (1.15, 0.75, 0.50, 0.50),
}
"""Pull per resident of urban areas, rural towns and fringe, villages; and of a town's centre."""
CENTRAL = frozenset({"asb", "nightlife", "shops"})

# Digits are hours from 06:00 to 05:00, so that a night stands whole under the day it began on.
EVENING = "000000000000013579986310"
CLOCKS = {
    "asb": ("112233444567899986432111", (9, 9, 9, 10, 12, 13, 11), (0, 0, 0, 1, 5, 7, 4)),
    "nightlife": ("112223334555666654321111", (10,) * 7, (2, 2, 3, 5, 15, 19, 12)),
    "shops": ("013578999997543100000000", (10, 10, 10, 11, 12, 13, 7), (0,) * 7),
    "homes": ("123555555556887543222211", (10, 10, 10, 10, 11, 11, 9), (0,) * 7),
    "dark": ("344322222234555678778753", (10, 10, 10, 10, 11, 10, 10), (0,) * 7),
    "any": ("123456666666665543221111", (10, 10, 10, 10, 11, 11, 9), (1, 1, 1, 1, 3, 4, 2)),
}
"""Hours of any day, the weight of each day from Monday, and of the evening and night it begins."""

HABITS = {
    "asb-environmental": ("asb", "any"),
    "asb-nuisance": ("asb", "asb"),
    "asb-personal": ("asb", "asb"),
    "violence-with-injury": ("nightlife", "nightlife"),
    "violence-without-injury": ("nightlife", "nightlife"),
    "homicide": ("homes", "any"),
    "sexual-offences": ("homes", "any"),
    "robbery": ("nightlife", "nightlife"),
    "domestic-burglary": ("homes", "homes"),
    "non-domestic-burglary": ("yards", "dark"),
    "vehicle-crime": ("yards", "dark"),
    "theft-from-the-person": ("nightlife", "any"),
    "bicycle-theft": ("streets", "any"),
    "shoplifting": ("shops", "shops"),
    "other-theft": ("yards", "any"),
    "criminal-damage-and-arson": ("streets", "asb"),
    "drugs": ("nightlife", "any"),
    "possession-of-weapons": ("nightlife", "any"),
    "public-order": ("nightlife", "nightlife"),
    "miscellaneous-crimes-against-society": ("yards", "any"),
}
"""Where and when each offence happens."""

OFFENCES = (*ASB_2015, *CRIME_2015_16)
RURAL_KINDS = {
    "farm-machinery": (0.010, ("other-theft", "vehicle-crime"), "445555567765"),
    "livestock": (0.0045, ("other-theft",), "567655445666"),
    "fuel": (0.009, ("other-theft",), "754322234788"),
    "equine": (0.003, ("non-domestic-burglary",), "445555556655"),
    "fly-tipping": (0.003, ("miscellaneous-crimes-against-society",), "555666666555"),
    "poaching": (0.002, ("miscellaneous-crimes-against-society",), "754322236898"),
    "heritage": (0.002, ("criminal-damage-and-arson",), "445566666544"),
    "wildlife": (0.0015, ("miscellaneous-crimes-against-society",), "446776554444"),
}
"""Share of a year's crime, the offences it is recorded under, and weights from January."""

BUSINESS_WEIGHTS = {
    "non-domestic-burglary": 5.0,
    "other-theft": 2.0,
    "criminal-damage-and-arson": 1.2,
    "vehicle-crime": 1.0,
    "robbery": 1.0,
    "public-order": 0.3,
    "violence-without-injury": 0.1,
}
FLAG_WEIGHTS = {
    "shoplifting": 0.1,
    "non-domestic-burglary": 2.0,
    "other-theft": 1.5,
    "vehicle-crime": 1.5,
}
