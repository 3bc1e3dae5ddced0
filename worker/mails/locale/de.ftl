# Deutsch, in der Sie-Form. „Rechnungskorrektur“, weil „Gutschrift“ im Steuerrecht etwas anderes heißt.

## Um jede Nachricht

greeting = Guten Tag { $name },
greeting-nameless = Guten Tag,
link = Falls die Schaltfläche nicht funktioniert, öffnen Sie bitte diesen Link:
automatic = Diese Nachricht wurde automatisch versendet.
stop-mails = Keine E-Mails dieser Art mehr
fact = { $label }: { $value }
heading = { $label }:

## Wörter

access = Zugriff
access-FULL = Vollzugriff
access-PARTIAL = Teilzugriff
access-until = Zugriff endet am
amount-due = Offener Betrag
company = Firma
discount = Partnerrabatt
email = E-Mail-Adresse
ended-contributors = Entfernte Mitwirkende
ended-invitations = Zurückgezogene Einladungen
ended-keys = Widerrufene API-Schlüssel
ended-members = Ausgeschiedene Mitglieder
ended-memberships = Mitgliedschaften bei Kunden
holder = Installiert für
invoice-number = Rechnung
issued-on = Ausgestellt am
net = Preis ohne USt.
ordered-by = Bestellt von
ordered-on = Bestellt am
payer = Zahlt
payer-CLIENT = der Kunde
payer-PARTNER = der Partner
period-start = Laufzeit beginnt am
permissions = Berechtigungen
permission-VIEW_PRODUCTS = Produkte ansehen
permission-MANAGE_PRODUCTS = Produkte verwalten
permission-PURCHASE = Bestellen, verlängern und Tarife wechseln
permission-VIEW_INVOICES = Rechnungen ansehen
permission-MANAGE_BILLING = Abrechnung verwalten
permission-MANAGE_MEMBERS = Mitglieder verwalten
permission-MANAGE_PARTNERS = Partner verwalten
permission-MANAGE_CLIENTS = Kunden verwalten
permission-CONTACT_SUPPORT = Support kontaktieren
plan = Tarif
power-of-attorney = Vollmacht
products = Produkte
products-all = alle, auch künftige
received-on = Eingegangen am
renews-on = Nächste Verlängerung am
role = Rolle
role-OWNER = Inhaber
role-ADMIN = Administrator
role-BILLING = Abrechnung
role-TECHNICAL = Technik
role-VIEWER = Betrachter
signed-on = Unterzeichnet am
subtotal = Zwischensumme
tax = USt.
total = Gesamtbetrag
valid-days = Der Link ist { $days ->
    [one] einen Tag
   *[other] { $days } Tage
} lang gültig.
valid-hours = Der Link ist { $hours ->
    [one] eine Stunde
   *[other] { $hours } Stunden
} lang gültig.
message-from = Nachricht von { $name }:
order-line = { $quantity } × { $plan }, { $months ->
    [one] ein Monat
   *[other] { $months } Monate
}

## Ein Abschnitt je Art

verify-address-subject = Bitte bestätigen Sie Ihre E-Mail-Adresse
verify-address-intro = Sie haben sich bei { $seller } registriert. Bitte bestätigen Sie, dass dies Ihre E-Mail-Adresse ist.
verify-address-action = Adresse bestätigen
verify-address-ignore = Falls Sie das nicht waren, ignorieren Sie diese Nachricht einfach; es geschieht nichts weiter.

reset-password-subject = Setzen Sie Ihr Passwort zurück
reset-password-intro = Für Ihre Anmeldung bei { $seller } wurde ein neues Passwort angefordert.
reset-password-action = Neues Passwort wählen
reset-password-ignore = Falls Sie das nicht waren, ignorieren Sie diese Nachricht einfach; Ihr Passwort bleibt unverändert.

member-invited-subject = { $account } lädt Sie ein
member-invited-intro = { $name } lädt Sie ein, Mitglied von { $account } zu werden.
member-invited-known = Sie können mit Ihrer bestehenden Anmeldung bei { $seller } annehmen.
member-invited-new = Sie wählen einen Namen und ein Passwort; das wird Ihre Anmeldung bei { $seller }.
member-invited-ignore = Falls Sie { $name } nicht kennen, ignorieren Sie diese Nachricht einfach; es geschieht nichts weiter.
member-invited-action = Einladung ansehen

membership-changed-subject = Ihre Berechtigungen bei { $account } haben sich geändert
membership-changed-intro = { $name } hat geändert, was Sie bei { $account } dürfen.
membership-changed-next = Das gilt ab sofort, auch für API-Schlüssel, die Sie dort erstellt haben.
membership-changed-action = Konto ansehen

membership-ended-subject = Sie sind nicht mehr Mitglied von { $account }
membership-ended-intro = { $name } hat Ihre Mitgliedschaft bei { $account } beendet.
membership-ended-with-partner = Ihre Mitgliedschaft bei { $account } wurde über die Partnerschaft mit { $partner } gewährt und hat mit ihr geendet.
membership-ended-clients = Damit endete Ihr Zugriff auf { $count ->
    [one] das Konto eines Kunden
   *[other] die Konten von { $count } Kunden
}.
membership-ended-next = Ihre Anmeldung und Ihre anderen Mitgliedschaften bleiben, wie sie sind.
membership-ended-action = Ihre Konten ansehen

grants-ended-subject = Was { $partner } gewährt hatte, ist beendet
grants-ended-intro = Ihre Partnerschaft mit { $partner } umfasst Ihr Konto nicht mehr. Was über sie anderen gewährt wurde, hat mit ihr geendet.
grants-ended-intro-less = Ihre Partnerschaft mit { $partner } umfasst weniger als bisher. Was über sie anderen gewährt wurde und darüber hinausgeht, hat geendet.
grants-ended-next = Wer weiter mit Ihrem Konto arbeiten soll, den können Sie selbst einladen.
grants-ended-action = Mitglieder ansehen

ownership-transferred-subject = { $account } hat einen neuen Inhaber
ownership-transferred-intro-NEW = { $former } hat Ihnen { $account } übergeben: Sie sind jetzt Inhaber.
ownership-transferred-intro-FORMER = Sie haben { $account } übergeben: { $new } ist jetzt Inhaber.
ownership-transferred-next-NEW = Sie haben dort alle Berechtigungen. { $former } bleibt Mitglied, als Administrator.
ownership-transferred-next-FORMER = Sie bleiben Mitglied, als Administrator. Falls Sie das nicht waren, schreiben Sie uns sofort.
ownership-transferred-action = Konto ansehen

invitation-received-subject = { $name } bietet Ihnen Zugriff an
invitation-received-intro = { $name } möchte mit Ihnen zusammenarbeiten und bietet Ihnen Zugriff auf das eigene Konto an.
invitation-received-next = Sie können den Kunden bis zum { $date } verbinden oder die Einladung ablehnen.
invitation-received-action = Einladung ansehen

access-requested-subject = { $name } bittet um Zugriff auf Ihr Konto
access-requested-intro = { $name } möchte Ihre Produkte betreuen und bittet um Zugriff auf Ihr Konto.
access-requested-next = Sie entscheiden bis zum { $date }, welchen Zugriff Sie gewähren. Ohne Ihre Zustimmung ändert sich nichts.
access-requested-later = Danach finden Sie die Anfrage in Ihrem Konto.
access-requested-action = Zugriff festlegen

invitation-accepted-subject = { $name } hat angenommen
invitation-accepted-intro-CLIENT_TO_PARTNER = { $name } hat den angebotenen Zugriff auf Ihr Konto angenommen.
invitation-accepted-intro-PARTNER_TO_CLIENT = { $name } hat Ihnen Zugriff auf das eigene Konto gewährt.
invitation-accepted-next-CLIENT_TO_PARTNER = Sie können diesen Zugriff jederzeit ändern oder beenden.
invitation-accepted-next-PARTNER_TO_CLIENT = Im Rahmen dieser Berechtigungen können Sie ab sofort für { $name } tätig werden.
invitation-accepted-action = Partnerschaft ansehen

invitation-rejected-subject = { $name } hat abgelehnt
invitation-rejected-intro-CLIENT_TO_PARTNER = { $name } hat den angebotenen Zugriff auf Ihr Konto abgelehnt.
invitation-rejected-intro-PARTNER_TO_CLIENT = { $name } hat Ihre Bitte um Zugriff abgelehnt.
invitation-rejected-next = Es wurde kein Zugriff gewährt, für Sie ändert sich nichts. Die Einladung ist damit abgeschlossen.
invitation-rejected-action = Einladung ansehen

invitation-withdrawn-subject-CLIENT_TO_PARTNER = { $name } hat das Zugriffsangebot zurückgezogen
invitation-withdrawn-subject-PARTNER_TO_CLIENT = { $name } bittet nicht mehr um Zugriff
invitation-withdrawn-intro-CLIENT_TO_PARTNER = { $name } hat den angebotenen Zugriff auf das eigene Konto zurückgezogen.
invitation-withdrawn-intro-PARTNER_TO_CLIENT = { $name } hat die Bitte um Zugriff auf Ihr Konto zurückgezogen.
invitation-withdrawn-next = Sie müssen nichts mehr beantworten, und es ändert sich nichts.
invitation-withdrawn-action = Einladung ansehen

invitation-expired-subject = Keine Antwort von { $name }
invitation-expired-intro-CLIENT_TO_PARTNER = { $name } hat auf den Zugriff, den Sie am { $date } angeboten haben, nicht geantwortet. Das Angebot ist verfallen.
invitation-expired-intro-PARTNER_TO_CLIENT = { $name } hat auf Ihre Bitte um Zugriff vom { $date } nicht geantwortet. Die Anfrage ist verfallen.
invitation-expired-next = Es wurde kein Zugriff gewährt. Sie können jederzeit erneut anfragen.
invitation-expired-action = Einladung ansehen

access-changed-subject = { $name } hat den Zugriff geändert
access-changed-intro = { $name } hat geändert, welchen Zugriff es in Ihrer Partnerschaft gibt. Ab sofort gilt:
access-changed-next = Was hier nicht mehr aufgeführt ist, ist beendet.
access-changed-action = Partnerschaft ansehen

access-expiring-subject = Zugriff endet in { $days ->
    [one] einem Tag
   *[other] { $days } Tagen
}: { $client } und { $partner }
access-expiring-intro-CLIENT = Der Zugriff von { $partner } auf Ihr Konto endet bald.
access-expiring-intro-PARTNER = Ihr Zugriff auf das Konto von { $client } endet bald.
access-expiring-next-CLIENT = Soll { $partner } Ihre Produkte weiter betreuen, ändern Sie bitte vorher das Datum. Andernfalls müssen Sie nichts tun: Was sich danach verlängert, wird Ihnen berechnet.
access-expiring-next-PARTNER = Nur { $client } kann das Datum verschieben. Was sich danach verlängert, wird { $client } berechnet.
access-expiring-action = Partnerschaft ansehen

access-ended-subject = Zugriff beendet: { $client } und { $partner }
access-ended-intro-CLIENT = { $partner } hat keinen Zugriff mehr auf Ihr Konto.
access-ended-intro-PARTNER = Sie haben keinen Zugriff mehr auf das Konto von { $client }.
access-ended-at = Beendet am
access-ended-by = Beendet durch
access-ended-time = Ablauf der vereinbarten Zeit
access-ended-next-CLIENT = Was sich ab jetzt verlängert, wird Ihnen berechnet. Bereits ausgestellte Rechnungen bleiben unverändert.
access-ended-next-PARTNER = Was sich ab jetzt verlängert, wird { $client } berechnet. Bereits ausgestellte Rechnungen und Ihre Einnahmen bleiben unverändert.
access-ended-action = Partnerschaft ansehen

claim-account-subject = { $partner } hat ein Konto für Sie eröffnet
claim-account-intro = { $partner } hat in Ihrem Namen das Konto { $account } bei { $seller } eröffnet. Es gehört Ihnen. { $partner } gibt an, dass Sie dafür eine Vollmacht erteilt haben:
claim-account-terms = Damit hat { $partner } folgenden Zugriff auf Ihr Konto:
claim-account-next = Bitte wählen Sie ein Passwort und teilen Sie uns mit, ob Sie diese Vollmacht erteilt haben. Falls nicht, geben Sie das dort an: { $partner } hat dann sofort keinen Zugriff mehr, bis wir den Fall geprüft haben.
claim-account-later = Danach kommen Sie über „Passwort vergessen“ hinein.
claim-account-action = Konto übernehmen

power-of-attorney-answered-subject-confirmed = { $name } hat Ihre Vollmacht bestätigt
power-of-attorney-answered-subject-disputed = { $name } bestreitet Ihre Vollmacht
power-of-attorney-answered-intro-confirmed = { $name } hat die Vollmacht bestätigt, mit der Sie das Konto eröffnet haben.
power-of-attorney-answered-intro-disputed = { $name } gibt an, die Vollmacht, mit der Sie das Konto eröffnet haben, nicht erteilt zu haben.
power-of-attorney-answered-next-confirmed = Ihr Zugriff bleibt, wie er ist.
power-of-attorney-answered-next-disputed = Ihr Zugriff auf das Konto von { $name } ist eingefroren, bis wir entschieden haben. Bitte halten Sie das Dokument bereit: Wir werden Sie danach fragen.
power-of-attorney-answered-action = Partnerschaft ansehen

power-of-attorney-decided-subject = Entscheidung über die Vollmacht: { $client } und { $partner }
power-of-attorney-decided-intro = { $seller } hat über die Vollmacht entschieden, mit der { $partner } das Konto von { $client } eröffnet hat.
power-of-attorney-decided-upheld-CLIENT = Sie gilt: { $partner } hat wieder Zugriff wie zuvor. Sie können ihn jederzeit einschränken oder beenden.
power-of-attorney-decided-upheld-PARTNER = Sie gilt: Sie haben wieder Zugriff wie zuvor.
power-of-attorney-decided-ended-CLIENT = Sie gilt nicht: { $partner } hat keinen Zugriff mehr auf Ihr Konto. Was sich ab jetzt verlängert, wird Ihnen berechnet.
power-of-attorney-decided-ended-PARTNER = Sie gilt nicht: Die Partnerschaft ist beendet und damit Ihr Zugriff. Was sich ab jetzt verlängert, wird { $client } berechnet.
power-of-attorney-decided-action = Partnerschaft ansehen

inquiry-received-subject = Anfrage von { $name }
inquiry-received-intro = { $name } hat Ihnen über Ihr öffentliches Profil geschrieben.
inquiry-received-next = Wer das geschrieben hat, ist nicht geprüft. Sie können die Anfrage einem Kunden zuordnen, und zwar nur einmal.
inquiry-received-action = Anfrage ansehen

contributor-invited-subject = { $account } teilt { $product } mit Ihnen
contributor-invited-intro-VIEWER = { $account } zeigt Ihnen { $product } und den Stand der Arbeit daran.
contributor-invited-intro-EDITOR = { $account } lässt Sie an { $product } mitarbeiten.
contributor-invited-next-known = Melden Sie sich wie gewohnt an: Sie haben bereits Zugriff.
contributor-invited-next-new = Sie haben Zugriff, sobald Sie sich mit dieser Adresse registriert und sie bestätigt haben.
contributor-invited-ignore = Falls Sie das nicht erwarten, ignorieren Sie diese Nachricht einfach; sie kostet Sie nichts und verpflichtet Sie zu nichts.
contributor-invited-action = Einladung öffnen

transfer-offered-subject = { $account } möchte Ihnen { $product } übertragen
transfer-offered-intro = { $account } möchte Ihnen übertragen: { $product } ({ $plan }).
transfer-offered-meaning = Sobald Sie annehmen, liegt das Produkt in Ihrem Konto: Sie entscheiden darüber, und Verlängerungen werden Ihnen berechnet.
transfer-offered-paid = Die bezahlte Laufzeit geht mit über; Sie zahlen sie nicht noch einmal.
transfer-offered-open = Seine aktuelle Laufzeit ist berechnet, aber noch nicht bezahlt. Diese Rechnung bleibt bei dem, der sie schuldet; bis sie bezahlt ist, kann das Produkt gesperrt werden.
transfer-offered-until = Sie können bis zum { $date } annehmen oder ablehnen.
transfer-offered-next-known = Danach finden Sie das Angebot, wenn Sie sich anmelden.
transfer-offered-next-new = Mit der Annahme eröffnen Sie ein Konto.
transfer-offered-ignore = Falls Sie das nicht erwarten, ignorieren Sie diese Nachricht einfach: Das Produkt bleibt bei { $account }.
transfer-offered-action = Angebot ansehen

transfer-accepted-subject-FORMER = { $product } liegt jetzt bei { $new }
transfer-accepted-subject-NEW = { $product } liegt jetzt in Ihrem Konto
transfer-accepted-intro-FORMER = { $new } hat { $product } angenommen: Es liegt nicht mehr in Ihrem Konto.
transfer-accepted-intro-NEW = Sie haben { $product } von { $former } übernommen.
transfer-accepted-money-FORMER = Ab jetzt entscheidet { $new } darüber und zahlt dafür. Ihre Rechnungen bleiben Ihre, bezahlte wie offene.
transfer-accepted-money-NEW = Ab jetzt gehört es Ihnen: Sie entscheiden darüber, Verlängerungen werden Ihnen berechnet, und Nachrichten darüber gehen an Sie.
transfer-accepted-stays-FORMER = Sie arbeiten weiter als Mitwirkende daran.
transfer-accepted-stays-NEW = { $former } arbeitet weiter daran mit und sieht keine Ihrer Rechnungen. Sie können das jederzeit beenden.
transfer-accepted-leaves-FORMER = Ihr Zugriff darauf hat geendet.
transfer-accepted-leaves-NEW = { $former } hat keinen Zugriff mehr darauf.
transfer-accepted-action = Produkte ansehen

transfer-declined-subject-FORMER = { $email } hat { $product } abgelehnt
transfer-declined-subject-NEW = Sie haben { $product } abgelehnt
transfer-declined-intro-FORMER = { $email } hat es abgelehnt, { $product } zu übernehmen.
transfer-declined-intro-NEW = Sie haben es abgelehnt, { $product } von { $former } zu übernehmen.
transfer-declined-next-FORMER = Es bleibt in Ihrem Konto, und nichts ändert sich.
transfer-declined-next-NEW = Es bleibt bei { $former }, und für Sie ändert sich nichts.
transfer-declined-action = Produkte ansehen

transfer-cancelled-subject = { $account } überträgt { $product } nicht mehr
transfer-cancelled-intro = { $account } hat die Übertragung von { $product } an Sie abgebrochen.
transfer-cancelled-next = Sie müssen nichts mehr beantworten, und es ändert sich nichts.
transfer-cancelled-action = Produkte ansehen

transfer-expired-subject = Keine Antwort von { $email }
transfer-expired-intro = { $email } hat auf die Übertragung von { $product }, die Sie am { $date } angeboten haben, nicht geantwortet. Das Angebot ist verfallen.
transfer-expired-next = Das Produkt bleibt in Ihrem Konto. Sie können es jederzeit wieder anbieten.
transfer-expired-action = Produkte ansehen

payer-changed-subject = Wechsel des Zahlers: { $client } und { $partner }
payer-changed-intro-PARTNER = { $client } hat geändert, wer in Ihrer Partnerschaft zahlt.
payer-changed-intro-CLIENT = In Ihrer Partnerschaft mit { $partner } hat sich der Zahler geändert. Dies ist eine Kopie für Sie.
payer-changed-old = Bisher zahlte
payer-changed-new = Künftig zahlt
payer-changed-effective = Gültig ab
payer-changed-by = Geändert von
payer-changed-price-PARTNER-PARTNER = Was Sie für { $client } bestellen und was sich davon verlängert, wird Ihnen berechnet: zum öffentlichen Preis abzüglich Ihres Partnerrabatts. Was { $client } selbst bestellt, zahlt { $client } zum öffentlichen Preis.
payer-changed-price-PARTNER-CLIENT = Was Sie für { $client } bestellen und was sich verlängert, wird { $client } zum öffentlichen Preis berechnet. Sie zahlen dafür nicht mehr, und es wird kein Partnerrabatt abgezogen.
payer-changed-price-CLIENT-PARTNER = Was { $partner } für Sie bestellt und was sich davon verlängert, wird { $partner } berechnet. Was Sie selbst bestellen, wird weiterhin Ihnen zum öffentlichen Preis berechnet.
payer-changed-price-CLIENT-CLIENT = Was { $partner } für Sie bestellt und was sich verlängert, wird Ihnen zum öffentlichen Preis berechnet. Diese Rechnungen sehen nur Sie.
payer-changed-cashback-PARTNER = Auf das, was Sie zahlen, erhalten Sie den Rabatt anstelle von Cashback. Für das, was { $client } selbst bestellt und zahlt, erhalten Sie weiterhin Cashback.
payer-changed-cashback-CLIENT = Für das, was { $client } zahlt, wird Ihnen Cashback auf Ihrem Guthabenkonto gutgeschrieben.
payer-changed-past = Bereits ausgestellte Rechnungen bleiben unverändert.
payer-changed-action = Partnerschaft ansehen

cart-sent-subject = { $name } hat einen Warenkorb für Sie zusammengestellt
cart-sent-intro = { $name } hat Produkte für Sie zusammengestellt. Den Kauf schließen Sie selbst ab, die Produkte werden in Ihrem Konto eingerichtet.
cart-sent-action = Warenkorb ansehen
cart-next = Die Preise gelten heute und verstehen sich ohne Steuer. Bestellt ist erst, wenn Sie den Kauf abschließen.

cart-reminder-subject = Der Warenkorb von { $name } wartet auf Sie
cart-reminder-intro = Die Produkte, die { $name } für Sie zusammengestellt hat, warten noch. Den Kauf schließen Sie selbst ab.
cart-reminder-action = Warenkorb ansehen

cart-completed-subject = { $name } hat Ihren Warenkorb gekauft
cart-completed-intro = { $name } hat gekauft, was Sie in den Warenkorb gelegt hatten.
cart-completed-access = Im Rahmen Ihres Zugriffs können Sie die Produkte betreuen.
cart-completed-no-access = Auf das Konto von { $name } haben Sie noch keinen Zugriff. Er wurde angefragt, der Kunde entscheidet.
cart-completed-action = Warenkorb ansehen

access-needed-subject = { $name } braucht Zugriff auf Ihr Konto
access-needed-intro = Für { $account } wurden Produkte gekauft, die { $name } zusammengestellt hatte.
access-needed = { $name } braucht Zugriff, um diese Produkte für Sie zu betreuen. Welchen, legen Sie fest; ohne Ihre Zustimmung ändert sich nichts.
access-needed-action = Zugriff festlegen

order-confirmation-subject = Bestellbestätigung { $number }
order-confirmation-intro = Vielen Dank für die Bestellung { $number }.
order-confirmation-action = Bestellung ansehen

order-confirmation-holder-subject = Bestellbestätigung { $number }
order-confirmation-holder-intro = Mit der Bestellung { $number } wurden Produkte für Sie bestellt. Die Zahlung übernimmt { $payer }.
order-confirmation-holder-action = Produkte ansehen

invoice-issued-subject = Ihre Rechnung { $number }
invoice-issued-intro = Ihre Rechnung { $number } über { $total } liegt bereit.
invoice-issued-due = Der Betrag ist am { $date } fällig.
invoice-issued-paid = Die Rechnung ist bezahlt. Sie brauchen nichts weiter zu tun.
invoice-issued-action = Rechnung ansehen

credit-note-subject = Rechnungskorrektur { $number } zur Rechnung { $invoice }
credit-note-intro = Wir haben Ihnen { $total } Ihrer Rechnung { $invoice } gutgeschrieben. Die Rechnungskorrektur { $number } liegt bereit.
credit-note-number = Rechnungskorrektur
credit-note-reason = Grund
credit-note-refunded = { $amount } kommt auf dem Weg zurück, auf dem bezahlt wurde: auf Ihr Zahlungsmittel oder in Ihr Guthaben.
credit-note-due = Um diesen Betrag verringert sich, was von der Rechnung offen ist; bezahlt war davon noch nichts.
credit-note-action = Rechnungskorrektur ansehen

cashback-reversed-subject = Cashback von { $amount } wurde zurückgebucht
cashback-reversed-intro = Eine Rechnung, an der Sie Cashback verdient hatten, wurde gutgeschrieben. Anteilig wurden { $amount } Ihres Cashbacks zurückgebucht.
cashback-reversed-pending = Aus dem noch gehaltenen Betrag
cashback-reversed-available = Aus dem verfügbaren Betrag
cashback-reversed-next = Liegt Ihr Guthaben jetzt unter null, wird es mit Ihren nächsten Einnahmen ausgeglichen.
cashback-reversed-action = Guthaben ansehen

payout-subject = { $amount } wurden ausgezahlt
payout-rejected-subject = Die Auszahlung von { $amount } wurde abgelehnt
payout-intro = Wir haben { $amount } von Ihrem Guthaben auf Ihr Bankkonto überwiesen.
payout-rejected = Ihre Auszahlung von { $amount } wurde abgelehnt.
payout-holder = Kontoinhaber
payout-iban = IBAN
payout-days = Bis der Betrag bei Ihrer Bank erscheint, können einige Tage vergehen.
payout-back = Der Betrag ist wieder in Ihrem Guthaben. Bitte prüfen Sie, wohin ausgezahlt wird, oder fragen Sie das Partnerteam.
payout-action = Guthaben ansehen

cashback-statement-subject = Ihre Cashback-Abrechnung: { $amount } verdient
cashback-statement-intro = Das hat Ihr Guthaben vom { $from } bis zum { $to } eingebracht, und das ist daraus geworden.
cashback-statement-opening = Stand zuvor
cashback-statement-earned = Verdient
cashback-statement-reversed = Zurückgebucht
cashback-statement-spent = Für Rechnungen ausgegeben
cashback-statement-paid-out = Ausgezahlt
cashback-statement-closing = Stand danach
cashback-statement-next = Was verdient wurde, wird verfügbar, wenn seine Haltefrist vorbei ist.
cashback-statement-action = Guthaben ansehen

product-cancelled-subject = { $product } ist gekündigt
product-cancelled-intro = { $product } wurde gekündigt und ist beendet.
product-cancelled-ends = { $product } wurde gekündigt. Es läuft bis zum { $date } und endet dann.
product-cancelled-by = Gekündigt von
product-cancelled-now = Es wird nicht mehr verlängert. Was für den Rest der Laufzeit bezahlt wurde, wird nicht erstattet.
product-cancelled-unpaid = Die Verlängerung wurde nicht bezahlt. Die Rechnung wird nicht mehr eingezogen.
product-cancelled-later = Bis dahin bleibt alles, wie es ist, und es wird nichts mehr berechnet. Vor diesem Tag können Sie die Verlängerung wieder einschalten.
product-cancelled-action = Produkt ansehen

product-renewed-subject = { $product } wurde verlängert
product-renewed-intro = { $product } wurde verlängert und läuft bis zur nächsten Verlängerung am { $date }.
product-renewed-action = Produkt ansehen

product-renewed-holder-action = Produkt ansehen

renewal-upcoming-subject = { $count ->
    [one] Ein Produkt verlängert sich am { $date }
   *[other] { $count } Produkte verlängern sich am { $date }
}
renewal-upcoming-intro = { $count ->
    [one] Ein Produkt, das Sie bezahlen, verlängert sich am { $date }; dann wird Ihr Zahlungsmittel belastet.
   *[other] { $count } Produkte, die Sie bezahlen, verlängern sich am { $date }; dann wird Ihr Zahlungsmittel belastet.
} { $days ->
    [one] Das ist in einem Tag.
   *[other] Das ist in { $days } Tagen.
}
renewal-upcoming-do = Bis dahin können Sie Laufzeit oder Tarif ändern oder die Verlängerung abschalten.
renewal-upcoming-action = Produkte ansehen

payer-failed-subject = { $product } ist nicht bezahlt
payer-failed-intro = { $payer } zahlt für { $product }, und die Zahlung der Verlängerung ist mehrmals fehlgeschlagen.
payer-failed-suspends = Wird sie nicht bezahlt, wird das Produkt am { $date } gesperrt.
payer-failed-action = Produkt übernehmen

product-suspended-subject = { $product } ist gesperrt
product-suspended-intro = { $product } ist gesperrt, weil die Verlängerung nicht bezahlt ist.
product-suspended-holder = { $product } ist gesperrt, weil { $payer } die Verlängerung nicht bezahlt hat.
product-suspended-cancels = Wird sie nicht bezahlt, wird das Produkt am { $date } gekündigt.
product-suspended-do = Sobald Sie die Rechnung bezahlen, ist es wieder aktiv.
product-suspended-action = Produkt ansehen

product-restored-subject = { $product } ist wieder aktiv
product-restored-intro = Die Verlängerung von { $product } ist bezahlt, und das Produkt ist wieder aktiv.
product-restored-renews = Es verlängert sich das nächste Mal am { $date }, als wäre es pünktlich bezahlt worden.
product-restored-action = Produkt ansehen

take-over = Sie können das Produkt selbst übernehmen: Verlängern Sie es, dann ist es sofort aktiv und wird von da an Ihnen berechnet.

payment-failed-subject = Zahlung fehlgeschlagen: Rechnung { $number }
payment-failed-intro = Die Zahlung von { $amount } für die Rechnung { $number } konnte nicht eingezogen werden.
payment-failed-attempt = Versuch
payment-failed-step = { $step } von { $steps }
payment-failed-next = Den nächsten Versuch unternehmen wir am { $date }.
payment-failed-last = Dies war der letzte automatische Versuch.
payment-failed-suspends = Wird die Rechnung nicht beglichen, werden die Produkte am { $date } gesperrt.
payment-failed-do = Bitte prüfen Sie Ihr Zahlungsmittel oder bezahlen Sie die Rechnung direkt.
payment-failed-action = Rechnung bezahlen

support-request-subject = [{ $account }] { $subject }
support-request-intro = { $name } bittet um Unterstützung für { $account }.
support-request-intro-partner = { $name } von { $partner } bittet im Auftrag von { $account } um Unterstützung, im Rahmen der Partnerschaft der beiden.
support-request-subject-line = Betreff
support-request-account = Konto
support-request-owner = Kontoeigentümer
support-request-partner = Handelnder Partner
support-request-product = Produkt
support-request-email = Antwort an
support-request-unverified = Diese Adresse ist noch nicht bestätigt.
support-request-reply = Eine Antwort auf diese Nachricht geht an { $name }.
support-request-action = Portal öffnen

webhook-disabled-subject = Webhook abgeschaltet: { $account }
webhook-disabled-silent = { $seller } hat einen Webhook von { $account } abgeschaltet: Unter seiner Adresse ist seit drei Tagen nichts angekommen.
webhook-disabled-gone = { $seller } hat einen Webhook von { $account } abgeschaltet: Seine Adresse hat geantwortet, dass es sie nicht mehr gibt (HTTP 410).
webhook-disabled-address = Adresse
webhook-disabled-since = Nicht erreicht seit
webhook-disabled-next = Was ab jetzt geschieht, wird nicht mehr an ihn gesendet. Sobald die Adresse wieder erreichbar ist, schalten Sie den Webhook ein und lassen Sie Verpasstes erneut senden.
webhook-disabled-action = Portal öffnen
