# Come si chiamano i movimenti di un saldo, uno per tipo; -ON quando si sa da che cosa viene il guadagno.
CASHBACK = Cashback
CASHBACK-ON = Cashback su { $offering } { $plan }
CASHBACK_REVERSAL = Storno di cashback
CASHBACK_REVERSAL-ON = Storno di cashback su { $offering } { $plan }
REFERRAL = Provvigione per una segnalazione
REFERRAL-ON = Provvigione su { $offering } { $plan }
PAYOUT = Liquidazione
SPENT = Usato per pagare una fattura
ADJUSTMENT = Rettifica
