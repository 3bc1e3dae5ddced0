# Come si scrivono numeri, importi e date in italiano.

number-group = .
number-decimal = ,
money = { $number }{ "\u00A0" }{ $symbol }
money-code = { $number }{ "\u00A0" }{ $symbol }
percent = { $number }%
date = { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }
moment = { $date }, { $time } ({ $zone })
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre
