"""The dates on which terms begin, by another calendar than the product's: python-dateutil and zoneinfo.

1,464 anchors, four times 366 days from 1 January 2024: of each, the 48 monthly boundaries after it; and the first instant of each of
these days in eleven time zones, from twelve hours behind to fourteen ahead. One line an anchor, and one a day and zone.
"""
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

ZONES = """Etc/GMT+12 Pacific/Pago_Pago America/New_York America/St_Johns America/Havana Europe/Berlin Asia/Kolkata Asia/Kathmandu
Australia/Lord_Howe Pacific/Chatham Pacific/Kiritimati""".split()

anchors = [date(2024, 1, 1) + timedelta(days=day) for day in range(4 * 366)]
for anchor in anchors:
    print(anchor, *(anchor + relativedelta(months=month) for month in range(1, 49)))
for zone in ZONES:
    for day in anchors:
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        print(zone, day, midnight.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
