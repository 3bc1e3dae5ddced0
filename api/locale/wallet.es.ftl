# Cómo se llaman los movimientos de un saldo, uno por tipo; -ON cuando se sabe por qué se ganó.
CASHBACK = Cashback
CASHBACK-ON = Cashback por { $offering } { $plan }
CASHBACK_REVERSAL = Anulación de cashback
CASHBACK_REVERSAL-ON = Anulación de cashback por { $offering } { $plan }
REFERRAL = Comisión por una recomendación
REFERRAL-ON = Comisión por { $offering } { $plan }
PAYOUT = Liquidación
SPENT = Usado para pagar una factura
ADJUSTMENT = Ajuste
