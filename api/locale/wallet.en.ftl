# What the entries of a wallet are called, one a kind; -ON where it is known what it was earned on.
CASHBACK = Cashback
CASHBACK-ON = Cashback on { $offering } { $plan }
CASHBACK_REVERSAL = Cashback taken back
CASHBACK_REVERSAL-ON = Cashback on { $offering } { $plan } taken back
REFERRAL = Commission for a referral
REFERRAL-ON = Commission on { $offering } { $plan }
PAYOUT = Payout
SPENT = Used to pay an invoice
ADJUSTMENT = Adjustment
