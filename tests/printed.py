"""What the partnership printed.

Shropshire Community Safety Partnership, "Crime Reduction, Community Safety and Drug and Alcohol
Strategy 2017-2020", April 2017. Rates are per 1,000 of 310,121 residents.
"""

RESIDENTS_THOUSANDS = 310.121
CRIME_2015_16 = {
    "violence-with-injury": 1969,
    "violence-without-injury": 2660,
    "homicide": 2,
    "sexual-offences": 557,
    "robbery": 70,  # not printed: what is left of the total
    "domestic-burglary": 547,
    "non-domestic-burglary": 1107,
    "vehicle-crime": 864,
    "theft-from-the-person": 122,
    "bicycle-theft": 228,
    "shoplifting": 1212,
    "other-theft": 1777,
    "criminal-damage-and-arson": 1851,
    "drugs": 432,
    "possession-of-weapons": 90,
    "public-order": 499,
    "miscellaneous-crimes-against-society": 263,
}
CRIME_2015_16_TOTAL, VIOLENCE_2015_16, THEFT_2015_16 = 14250, 4631, 5857
RATES_2013_14 = {
    "violence-with-injury": 3.61,
    "violence-without-injury": 2.93,
    "sexual-offences": 0.81,
    "domestic-burglary": 1.51,
    "non-domestic-burglary": 3.76,
    "vehicle-crime": 4.16,
    "theft-from-the-person": 0.32,
    "bicycle-theft": 1.04,
    "shoplifting": 3.59,
    "other-theft": 6.02,
    "criminal-damage-and-arson": 5.68,
    "drugs": 1.48,
    "possession-of-weapons": 0.21,
    "public-order": 0.99,
    "miscellaneous-crimes-against-society": 0.60,
}
RATES_2014_15 = {
    "violence-with-injury": 4.85,
    "violence-without-injury": 4.62,
    "sexual-offences": 1.21,
    "domestic-burglary": 1.62,
    "non-domestic-burglary": 2.85,
    "vehicle-crime": 2.96,
    "theft-from-the-person": 0.36,
    "bicycle-theft": 0.88,
    "shoplifting": 3.75,
    "other-theft": 5.66,
    "criminal-damage-and-arson": 5.38,
    "drugs": 1.26,
    "possession-of-weapons": 0.21,
    "public-order": 1.00,
    "miscellaneous-crimes-against-society": 0.63,
}
VIOLENCE_RATE_2013_14, VIOLENCE_RATE_2014_15 = 6.54, 9.48
ASB_2015 = {"asb-environmental": 406, "asb-nuisance": 6352, "asb-personal": 2215}
ASB_2015_TOTAL, ASB_2014_TOTAL = 8973, 9860
