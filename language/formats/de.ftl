# Wie Zahlen, Beträge und Daten auf Deutsch geschrieben werden.

number-group = .
number-decimal = ,
money = { $number }{ "\u00A0" }{ $symbol }
money-code = { $number }{ "\u00A0" }{ $symbol }
percent = { $number }{ "\u00A0" }%
date = { $day }. { $month } { $year }
moment = { $date }, { $time } Uhr ({ $zone })
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
