//! Countries by their ISO 3166-1 alpha-2 codes, each with the time zone of its capital, and who is in the EU.

use std::fmt;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// A country of ISO 3166-1, by its alpha-2 code in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub struct Country(&'static str);

impl Country {
    /// The country of a code such as `CH`; refuses small letters and codes that ISO 3166-1 does not assign (`EL`, `UK`, `XI`).
    pub fn parse(code: &str) -> Result<Self, CalendarError> {
        ZONES
            .binary_search_by_key(&code, |(known, _)| known)
            .ok()
            .and_then(|at| ZONES.get(at))
            .map(|(known, _)| Self(known))
            .ok_or(CalendarError::UnknownCountry)
    }

    /// The alpha-2 code.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// Every country, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        ZONES.iter().map(|(code, _)| Self(code))
    }

    /// Whether the country belongs to the European Union on that day, as value added tax sees it: the United Kingdom
    /// until the end of the transition period, 31 December 2020.
    pub fn is_eu(self, on: NaiveDate) -> bool {
        match self.0 {
            "GB" => on < LEFT_THE_EU_GB,
            "HR" => on >= JOINED_THE_EU_HR,
            code => EU_MEMBERS.contains(&code),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::str::FromStr for Country {
    type Err = CalendarError;

    fn from_str(code: &str) -> Result<Self, CalendarError> {
        Self::parse(code)
    }
}

impl TryFrom<String> for Country {
    type Error = CalendarError;

    fn try_from(code: String) -> Result<Self, CalendarError> {
        Self::parse(&code)
    }
}

impl From<Country> for &'static str {
    fn from(country: Country) -> Self {
        country.0
    }
}

/// The time zone of an account of which only the country is known: the capital's, where a country has several.
///
/// Uninhabited places without a zone of their own have that of whoever administers them or lies nearest (`BV`, `HM`).
pub fn default_time_zone(country: Country) -> Tz {
    ZONES.iter().find(|(code, _)| *code == country.0).map_or(Tz::UTC, |(_, zone)| *zone)
}

const LEFT_THE_EU_GB: NaiveDate = NaiveDate::from_ymd_opt(2021, 1, 1).expect("a date");
const JOINED_THE_EU_HR: NaiveDate = NaiveDate::from_ymd_opt(2013, 7, 1).expect("a date");

/// Member states, in the order of the codes. Åland, the French overseas departments and the like have codes of their own in ISO
/// 3166 and are outside the Union's VAT territory, so they are absent here.
const EU_MEMBERS: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Every code of ISO 3166-1 in alphabetical order (looked up by binary search) with its IANA zone.
#[rustfmt::skip]
const ZONES: [(&str, Tz); 249] = [
    ("AD", Tz::Europe__Andorra), ("AE", Tz::Asia__Dubai), ("AF", Tz::Asia__Kabul), ("AG", Tz::America__Antigua),
    ("AI", Tz::America__Anguilla), ("AL", Tz::Europe__Tirane), ("AM", Tz::Asia__Yerevan), ("AO", Tz::Africa__Luanda),
    ("AQ", Tz::Antarctica__McMurdo), ("AR", Tz::America__Argentina__Buenos_Aires), ("AS", Tz::Pacific__Pago_Pago),
    ("AT", Tz::Europe__Vienna), ("AU", Tz::Australia__Sydney), ("AW", Tz::America__Aruba),
    ("AX", Tz::Europe__Mariehamn), ("AZ", Tz::Asia__Baku), ("BA", Tz::Europe__Sarajevo),
    ("BB", Tz::America__Barbados), ("BD", Tz::Asia__Dhaka), ("BE", Tz::Europe__Brussels),
    ("BF", Tz::Africa__Ouagadougou), ("BG", Tz::Europe__Sofia), ("BH", Tz::Asia__Bahrain),
    ("BI", Tz::Africa__Bujumbura), ("BJ", Tz::Africa__PortoNovo), ("BL", Tz::America__St_Barthelemy),
    ("BM", Tz::Atlantic__Bermuda), ("BN", Tz::Asia__Brunei), ("BO", Tz::America__La_Paz),
    ("BQ", Tz::America__Kralendijk), ("BR", Tz::America__Sao_Paulo), ("BS", Tz::America__Nassau),
    ("BT", Tz::Asia__Thimphu), ("BV", Tz::Europe__Oslo), ("BW", Tz::Africa__Gaborone), ("BY", Tz::Europe__Minsk),
    ("BZ", Tz::America__Belize), ("CA", Tz::America__Toronto), ("CC", Tz::Indian__Cocos),
    ("CD", Tz::Africa__Kinshasa), ("CF", Tz::Africa__Bangui), ("CG", Tz::Africa__Brazzaville),
    ("CH", Tz::Europe__Zurich), ("CI", Tz::Africa__Abidjan), ("CK", Tz::Pacific__Rarotonga),
    ("CL", Tz::America__Santiago), ("CM", Tz::Africa__Douala), ("CN", Tz::Asia__Shanghai),
    ("CO", Tz::America__Bogota), ("CR", Tz::America__Costa_Rica), ("CU", Tz::America__Havana),
    ("CV", Tz::Atlantic__Cape_Verde), ("CW", Tz::America__Curacao), ("CX", Tz::Indian__Christmas),
    ("CY", Tz::Asia__Nicosia), ("CZ", Tz::Europe__Prague), ("DE", Tz::Europe__Berlin), ("DJ", Tz::Africa__Djibouti),
    ("DK", Tz::Europe__Copenhagen), ("DM", Tz::America__Dominica), ("DO", Tz::America__Santo_Domingo),
    ("DZ", Tz::Africa__Algiers), ("EC", Tz::America__Guayaquil), ("EE", Tz::Europe__Tallinn),
    ("EG", Tz::Africa__Cairo), ("EH", Tz::Africa__El_Aaiun), ("ER", Tz::Africa__Asmara), ("ES", Tz::Europe__Madrid),
    ("ET", Tz::Africa__Addis_Ababa), ("FI", Tz::Europe__Helsinki), ("FJ", Tz::Pacific__Fiji),
    ("FK", Tz::Atlantic__Stanley), ("FM", Tz::Pacific__Pohnpei), ("FO", Tz::Atlantic__Faroe),
    ("FR", Tz::Europe__Paris), ("GA", Tz::Africa__Libreville), ("GB", Tz::Europe__London),
    ("GD", Tz::America__Grenada), ("GE", Tz::Asia__Tbilisi), ("GF", Tz::America__Cayenne),
    ("GG", Tz::Europe__Guernsey), ("GH", Tz::Africa__Accra), ("GI", Tz::Europe__Gibraltar), ("GL", Tz::America__Nuuk),
    ("GM", Tz::Africa__Banjul), ("GN", Tz::Africa__Conakry), ("GP", Tz::America__Guadeloupe),
    ("GQ", Tz::Africa__Malabo), ("GR", Tz::Europe__Athens), ("GS", Tz::Atlantic__South_Georgia),
    ("GT", Tz::America__Guatemala), ("GU", Tz::Pacific__Guam), ("GW", Tz::Africa__Bissau),
    ("GY", Tz::America__Guyana), ("HK", Tz::Asia__Hong_Kong), ("HM", Tz::Indian__Kerguelen),
    ("HN", Tz::America__Tegucigalpa), ("HR", Tz::Europe__Zagreb), ("HT", Tz::America__PortauPrince),
    ("HU", Tz::Europe__Budapest), ("ID", Tz::Asia__Jakarta), ("IE", Tz::Europe__Dublin), ("IL", Tz::Asia__Jerusalem),
    ("IM", Tz::Europe__Isle_of_Man), ("IN", Tz::Asia__Kolkata), ("IO", Tz::Indian__Chagos), ("IQ", Tz::Asia__Baghdad),
    ("IR", Tz::Asia__Tehran), ("IS", Tz::Atlantic__Reykjavik), ("IT", Tz::Europe__Rome), ("JE", Tz::Europe__Jersey),
    ("JM", Tz::America__Jamaica), ("JO", Tz::Asia__Amman), ("JP", Tz::Asia__Tokyo), ("KE", Tz::Africa__Nairobi),
    ("KG", Tz::Asia__Bishkek), ("KH", Tz::Asia__Phnom_Penh), ("KI", Tz::Pacific__Tarawa), ("KM", Tz::Indian__Comoro),
    ("KN", Tz::America__St_Kitts), ("KP", Tz::Asia__Pyongyang), ("KR", Tz::Asia__Seoul), ("KW", Tz::Asia__Kuwait),
    ("KY", Tz::America__Cayman), ("KZ", Tz::Asia__Almaty), ("LA", Tz::Asia__Vientiane), ("LB", Tz::Asia__Beirut),
    ("LC", Tz::America__St_Lucia), ("LI", Tz::Europe__Vaduz), ("LK", Tz::Asia__Colombo), ("LR", Tz::Africa__Monrovia),
    ("LS", Tz::Africa__Maseru), ("LT", Tz::Europe__Vilnius), ("LU", Tz::Europe__Luxembourg), ("LV", Tz::Europe__Riga),
    ("LY", Tz::Africa__Tripoli), ("MA", Tz::Africa__Casablanca), ("MC", Tz::Europe__Monaco),
    ("MD", Tz::Europe__Chisinau), ("ME", Tz::Europe__Podgorica), ("MF", Tz::America__Marigot),
    ("MG", Tz::Indian__Antananarivo), ("MH", Tz::Pacific__Majuro), ("MK", Tz::Europe__Skopje),
    ("ML", Tz::Africa__Bamako), ("MM", Tz::Asia__Yangon), ("MN", Tz::Asia__Ulaanbaatar), ("MO", Tz::Asia__Macau),
    ("MP", Tz::Pacific__Saipan), ("MQ", Tz::America__Martinique), ("MR", Tz::Africa__Nouakchott),
    ("MS", Tz::America__Montserrat), ("MT", Tz::Europe__Malta), ("MU", Tz::Indian__Mauritius),
    ("MV", Tz::Indian__Maldives), ("MW", Tz::Africa__Blantyre), ("MX", Tz::America__Mexico_City),
    ("MY", Tz::Asia__Kuala_Lumpur), ("MZ", Tz::Africa__Maputo), ("NA", Tz::Africa__Windhoek),
    ("NC", Tz::Pacific__Noumea), ("NE", Tz::Africa__Niamey), ("NF", Tz::Pacific__Norfolk), ("NG", Tz::Africa__Lagos),
    ("NI", Tz::America__Managua), ("NL", Tz::Europe__Amsterdam), ("NO", Tz::Europe__Oslo),
    ("NP", Tz::Asia__Kathmandu), ("NR", Tz::Pacific__Nauru), ("NU", Tz::Pacific__Niue), ("NZ", Tz::Pacific__Auckland),
    ("OM", Tz::Asia__Muscat), ("PA", Tz::America__Panama), ("PE", Tz::America__Lima), ("PF", Tz::Pacific__Tahiti),
    ("PG", Tz::Pacific__Port_Moresby), ("PH", Tz::Asia__Manila), ("PK", Tz::Asia__Karachi),
    ("PL", Tz::Europe__Warsaw), ("PM", Tz::America__Miquelon), ("PN", Tz::Pacific__Pitcairn),
    ("PR", Tz::America__Puerto_Rico), ("PS", Tz::Asia__Hebron), ("PT", Tz::Europe__Lisbon),
    ("PW", Tz::Pacific__Palau), ("PY", Tz::America__Asuncion), ("QA", Tz::Asia__Qatar), ("RE", Tz::Indian__Reunion),
    ("RO", Tz::Europe__Bucharest), ("RS", Tz::Europe__Belgrade), ("RU", Tz::Europe__Moscow),
    ("RW", Tz::Africa__Kigali), ("SA", Tz::Asia__Riyadh), ("SB", Tz::Pacific__Guadalcanal), ("SC", Tz::Indian__Mahe),
    ("SD", Tz::Africa__Khartoum), ("SE", Tz::Europe__Stockholm), ("SG", Tz::Asia__Singapore),
    ("SH", Tz::Atlantic__St_Helena), ("SI", Tz::Europe__Ljubljana), ("SJ", Tz::Arctic__Longyearbyen),
    ("SK", Tz::Europe__Bratislava), ("SL", Tz::Africa__Freetown), ("SM", Tz::Europe__San_Marino),
    ("SN", Tz::Africa__Dakar), ("SO", Tz::Africa__Mogadishu), ("SR", Tz::America__Paramaribo),
    ("SS", Tz::Africa__Juba), ("ST", Tz::Africa__Sao_Tome), ("SV", Tz::America__El_Salvador),
    ("SX", Tz::America__Lower_Princes), ("SY", Tz::Asia__Damascus), ("SZ", Tz::Africa__Mbabane),
    ("TC", Tz::America__Grand_Turk), ("TD", Tz::Africa__Ndjamena), ("TF", Tz::Indian__Kerguelen),
    ("TG", Tz::Africa__Lome), ("TH", Tz::Asia__Bangkok), ("TJ", Tz::Asia__Dushanbe), ("TK", Tz::Pacific__Fakaofo),
    ("TL", Tz::Asia__Dili), ("TM", Tz::Asia__Ashgabat), ("TN", Tz::Africa__Tunis), ("TO", Tz::Pacific__Tongatapu),
    ("TR", Tz::Europe__Istanbul), ("TT", Tz::America__Port_of_Spain), ("TV", Tz::Pacific__Funafuti),
    ("TW", Tz::Asia__Taipei), ("TZ", Tz::Africa__Dar_es_Salaam), ("UA", Tz::Europe__Kyiv),
    ("UG", Tz::Africa__Kampala), ("UM", Tz::Pacific__Midway), ("US", Tz::America__New_York),
    ("UY", Tz::America__Montevideo), ("UZ", Tz::Asia__Tashkent), ("VA", Tz::Europe__Vatican),
    ("VC", Tz::America__St_Vincent), ("VE", Tz::America__Caracas), ("VG", Tz::America__Tortola),
    ("VI", Tz::America__St_Thomas), ("VN", Tz::Asia__Ho_Chi_Minh), ("VU", Tz::Pacific__Efate),
    ("WF", Tz::Pacific__Wallis), ("WS", Tz::Pacific__Apia), ("YE", Tz::Asia__Aden), ("YT", Tz::Indian__Mayotte),
    ("ZA", Tz::Africa__Johannesburg), ("ZM", Tz::Africa__Lusaka), ("ZW", Tz::Africa__Harare),
];
