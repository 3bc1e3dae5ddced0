# How numbers, amounts and dates are written in English, and wherever another language has no way of its own.

number-group = ,
number-decimal = .
money = { $symbol }{ $number }
money-code = { $symbol }{ "\u00A0" }{ $number }
percent = { $number }%
date = { $day } { $month } { $year }
moment = { $date }, { $time } ({ $zone })
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
