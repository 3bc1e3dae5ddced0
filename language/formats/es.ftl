# Cómo se escriben los números, los importes y las fechas en español.

number-group = .
number-decimal = ,
money = { $number }{ "\u00A0" }{ $symbol }
money-code = { $number }{ "\u00A0" }{ $symbol }
percent = { $number }{ "\u00A0" }%
date = { $day } de { $month } de { $year }
moment = { $date }, { $time } ({ $zone })
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
