# Comment s’écrivent les nombres, les montants et les dates en français.

number-group = { "\u202F" }
number-decimal = ,
money = { $number }{ "\u00A0" }{ $symbol }
money-code = { $number }{ "\u00A0" }{ $symbol }
percent = { $number }{ "\u00A0" }%
date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
moment = { $date } à { $time } ({ $zone })
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
