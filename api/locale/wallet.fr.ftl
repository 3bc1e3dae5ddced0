# Le nom des écritures d’un solde, une par type ; -ON quand on sait sur quoi le gain porte.
CASHBACK = Cashback
CASHBACK-ON = Cashback sur { $offering } { $plan }
CASHBACK_REVERSAL = Reprise de cashback
CASHBACK_REVERSAL-ON = Reprise de cashback sur { $offering } { $plan }
REFERRAL = Commission de recommandation
REFERRAL-ON = Commission sur { $offering } { $plan }
PAYOUT = Versement
SPENT = Utilisé pour payer une facture
ADJUSTMENT = Correction
