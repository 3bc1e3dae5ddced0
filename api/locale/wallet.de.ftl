# What the entries of a wallet are called, one a kind; -ON where it is known what it was earned on.
CASHBACK = Cashback
CASHBACK-ON = Cashback auf { $offering } { $plan }
CASHBACK_REVERSAL = Cashback zurückgenommen
CASHBACK_REVERSAL-ON = Cashback auf { $offering } { $plan } zurückgenommen
REFERRAL = Provision für eine Empfehlung
REFERRAL-ON = Provision auf { $offering } { $plan }
PAYOUT = Auszahlung
SPENT = Für eine Rechnung verwendet
ADJUSTMENT = Korrektur
