# Wie die Buchungen eines Guthabens heißen, eine je Art; -ON, wo bekannt ist, womit es verdient wurde.
CASHBACK = Cashback
CASHBACK-ON = Cashback auf { $offering } { $plan }
CASHBACK_REVERSAL = Cashback zurückgenommen
CASHBACK_REVERSAL-ON = Cashback auf { $offering } { $plan } zurückgenommen
REFERRAL = Provision für eine Empfehlung
REFERRAL-ON = Provision auf { $offering } { $plan }
PAYOUT = Auszahlung
SPENT = Für eine Rechnung verwendet
ADJUSTMENT = Korrektur
