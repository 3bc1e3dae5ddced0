# Italiano, con il Lei. Davanti alle date «giorno» o «in data», perché l’articolo dipende dal numero (l’8, il 9).

## Intorno a ogni messaggio

greeting = Buongiorno { $name },
greeting-nameless = Buongiorno,
link = Se il pulsante non funziona, apra questo link:
automatic = Questo messaggio è stato inviato automaticamente.
stop-mails = Non ricevere più e-mail di questo tipo
fact = { $label }: { $value }
heading = { $label }:

## Parole

access = Accesso
access-FULL = Accesso completo
access-PARTIAL = Accesso parziale
access-until = Fine dell’accesso
amount-due = Importo dovuto
company = Azienda
discount = Sconto partner
email = Indirizzo e-mail
ended-contributors = Collaboratori rimossi
ended-invitations = Inviti ritirati
ended-keys = Chiavi API revocate
ended-members = Membri rimossi
ended-memberships = Account di clienti di cui non è più membro
holder = Installato per
invoice-number = Fattura
issued-on = Data di emissione
net = Prezzo IVA esclusa
ordered-by = Ordinato da
ordered-on = Data dell’ordine
payer = Pagato da
payer-CLIENT = il cliente
payer-PARTNER = il partner
period-start = Inizio del periodo
permissions = Autorizzazioni
permission-VIEW_PRODUCTS = Visualizzare i prodotti
permission-MANAGE_PRODUCTS = Gestire i prodotti
permission-PURCHASE = Ordinare, rinnovare e cambiare piano
permission-VIEW_INVOICES = Visualizzare le fatture
permission-MANAGE_BILLING = Gestire la fatturazione
permission-MANAGE_MEMBERS = Gestire i membri
permission-MANAGE_PARTNERS = Gestire i partner
permission-MANAGE_CLIENTS = Gestire i clienti
permission-CONTACT_SUPPORT = Contattare l’assistenza
plan = Piano
power-of-attorney = Procura
products = Prodotti
products-all = tutti, presenti e futuri
received-on = Data di ricezione
renews-on = Prossimo rinnovo
role = Ruolo
role-OWNER = Titolare
role-ADMIN = Amministratore
role-BILLING = Fatturazione
role-TECHNICAL = Tecnico
role-VIEWER = Sola lettura
signed-on = Data della firma
subtotal = Subtotale IVA esclusa
tax = IVA
total = Totale
valid-days = Il link è valido per { $days ->
    [one] un giorno
   *[other] { $days } giorni
}.
valid-hours = Il link è valido per { $hours ->
    [one] un’ora
   *[other] { $hours } ore
}.
message-from = Messaggio di { $name }:
order-line = { $quantity } × { $plan }, { $months ->
    [one] un mese
   *[other] { $months } mesi
}

## Una sezione per tipo

verify-address-subject = Confermi il Suo indirizzo e-mail
verify-address-intro = Ha effettuato la registrazione presso { $seller }. La preghiamo di confermare che questo è il Suo indirizzo e-mail.
verify-address-action = Conferma l’indirizzo
verify-address-ignore = Se la registrazione non proviene da Lei, ignori questo messaggio; non accadrà nulla.

reset-password-subject = Reimposti la Sua password
reset-password-intro = È stata richiesta una nuova password per le Sue credenziali presso { $seller }.
reset-password-action = Scegli una nuova password
reset-password-ignore = Se la richiesta non proviene da Lei, ignori questo messaggio; la Sua password resta invariata.

member-invited-subject = { $account } La invita
member-invited-intro = { $name } La invita a diventare membro di { $account }.
member-invited-known = Può accettare con le credenziali che ha già presso { $seller }.
member-invited-new = Sceglierà un nome e una password, che saranno le Sue credenziali presso { $seller }.
member-invited-ignore = Se non conosce { $name }, ignori questo messaggio; non accadrà nulla.
member-invited-action = Visualizza l’invito

membership-changed-subject = Le Sue autorizzazioni presso { $account } sono cambiate
membership-changed-intro = { $name } ha modificato le Sue autorizzazioni presso { $account }.
membership-changed-next = Valgono da subito, anche per le chiavi API che ha creato in quell’account.
membership-changed-action = Visualizza l’account

membership-ended-subject = Lei non è più membro di { $account }
membership-ended-intro = { $name } ha revocato la Sua appartenenza a { $account }.
membership-ended-with-partner = La Sua appartenenza a { $account } era stata concessa nell’ambito della partnership con { $partner } ed è terminata con essa.
membership-ended-clients = È terminato anche il Suo accesso { $count ->
    [one] all’account di un cliente
   *[other] agli account di { $count } clienti
}.
membership-ended-next = Le Sue credenziali restano valide e nulla cambia per gli altri account di cui è membro.
membership-ended-action = Visualizza i Suoi account

grants-ended-subject = Gli accessi concessi da { $partner } sono terminati
grants-ended-intro = La Sua partnership con { $partner } non comprende più il Suo account. Gli accessi concessi ad altri nel suo ambito sono terminati con essa.
grants-ended-intro-less = La Sua partnership con { $partner } comprende meno di prima. Gli accessi concessi ad altri nel suo ambito, e che vanno oltre, sono terminati.
grants-ended-next = Può invitare direttamente chi deve continuare a lavorare con il Suo account.
grants-ended-action = Visualizza i membri

ownership-transferred-subject = { $account } ha un nuovo titolare
ownership-transferred-intro-NEW = { $former } Le ha ceduto { $account }: ora il titolare è Lei.
ownership-transferred-intro-FORMER = Lei ha ceduto { $account }: ora il titolare è { $new }.
ownership-transferred-next-NEW = Dispone di tutte le autorizzazioni. { $former } resta membro, come amministratore.
ownership-transferred-next-FORMER = Lei resta membro, come amministratore. Se la modifica non proviene da Lei, ci scriva immediatamente.
ownership-transferred-action = Visualizza l’account

invitation-received-subject = { $name } Le offre un accesso
invitation-received-intro = { $name } desidera lavorare con Lei e Le offre l’accesso al proprio account.
invitation-received-next = Può collegare il cliente o rifiutare l’invito entro il giorno { $date }.
invitation-received-action = Visualizza l’invito

access-requested-subject = { $name } chiede l’accesso al Suo account
access-requested-intro = { $name } desidera occuparsi dei Suoi prodotti e chiede l’accesso al Suo account.
access-requested-next = È Lei a decidere quale accesso concedere, entro il giorno { $date }. Senza il Suo consenso non cambia nulla.
access-requested-later = In seguito troverà la richiesta nel Suo account.
access-requested-action = Definisci l’accesso

invitation-accepted-subject = { $name } ha accettato
invitation-accepted-intro-CLIENT_TO_PARTNER = { $name } ha accettato l’accesso al Suo account che Lei aveva offerto.
invitation-accepted-intro-PARTNER_TO_CLIENT = { $name } Le ha concesso l’accesso al proprio account.
invitation-accepted-next-CLIENT_TO_PARTNER = Può modificare o revocare questo accesso in qualsiasi momento.
invitation-accepted-next-PARTNER_TO_CLIENT = Ora può lavorare per { $name } nei limiti di queste autorizzazioni.
invitation-accepted-action = Visualizza la partnership

invitation-rejected-subject = { $name } ha rifiutato
invitation-rejected-intro-CLIENT_TO_PARTNER = { $name } ha rifiutato l’accesso al Suo account che Lei aveva offerto.
invitation-rejected-intro-PARTNER_TO_CLIENT = { $name } ha rifiutato la Sua richiesta di accesso.
invitation-rejected-next = Non è stato concesso alcun accesso e per Lei non cambia nulla. L’invito è chiuso.
invitation-rejected-action = Visualizza l’invito

invitation-withdrawn-subject-CLIENT_TO_PARTNER = { $name } ha ritirato l’offerta di accesso
invitation-withdrawn-subject-PARTNER_TO_CLIENT = { $name } non chiede più l’accesso
invitation-withdrawn-intro-CLIENT_TO_PARTNER = { $name } ha ritirato l’offerta di accesso al proprio account.
invitation-withdrawn-intro-PARTNER_TO_CLIENT = { $name } ha ritirato la richiesta di accesso al Suo account.
invitation-withdrawn-next = Non deve più rispondere e non cambia nulla.
invitation-withdrawn-action = Visualizza l’invito

invitation-expired-subject = Nessuna risposta da { $name }
invitation-expired-intro-CLIENT_TO_PARTNER = { $name } non ha risposto alla Sua offerta di accesso inviata in data { $date }. L’offerta è scaduta.
invitation-expired-intro-PARTNER_TO_CLIENT = { $name } non ha risposto alla Sua richiesta di accesso inviata in data { $date }. La richiesta è scaduta.
invitation-expired-next = Non è stato concesso alcun accesso. Può riprovare in qualsiasi momento.
invitation-expired-action = Visualizza l’invito

access-changed-subject = { $name } ha modificato l’accesso
access-changed-intro = { $name } ha modificato l’accesso previsto dalla Sua partnership. D’ora in poi vale quanto segue:
access-changed-next = Tutto ciò che non è più elencato qui è terminato.
access-changed-action = Visualizza la partnership

access-expiring-subject = L’accesso termina tra { $days ->
    [one] un giorno
   *[other] { $days } giorni
}: { $client } e { $partner }
access-expiring-intro-CLIENT = L’accesso di { $partner } al Suo account sta per terminare.
access-expiring-intro-PARTNER = Il Suo accesso all’account di { $client } sta per terminare.
access-expiring-next-CLIENT = Se { $partner } deve continuare a occuparsi dei Suoi prodotti, modifichi la data prima di quel giorno. Altrimenti non deve fare nulla: i rinnovi successivi saranno fatturati a Lei.
access-expiring-next-PARTNER = Questa data può essere rinviata soltanto da { $client }. I rinnovi successivi saranno fatturati a { $client }.
access-expiring-action = Visualizza la partnership

access-ended-subject = Accesso terminato: { $client } e { $partner }
access-ended-intro-CLIENT = { $partner } non ha più accesso al Suo account.
access-ended-intro-PARTNER = Lei non ha più accesso all’account di { $client }.
access-ended-at = Data della fine
access-ended-by = Terminato da
access-ended-time = scadenza del periodo concordato
access-ended-next-CLIENT = I rinnovi futuri saranno fatturati a Lei. Le fatture già emesse restano invariate.
access-ended-next-PARTNER = I rinnovi futuri saranno fatturati a { $client }. Le fatture già emesse e i Suoi guadagni restano invariati.
access-ended-action = Visualizza la partnership

claim-account-subject = { $partner } ha aperto un account per Lei
claim-account-intro = { $partner } ha aperto a Suo nome l’account { $account } presso { $seller }. L’account appartiene a Lei. { $partner } dichiara che Lei ha rilasciato una procura a tale scopo:
claim-account-terms = In base a essa, { $partner } ha il seguente accesso al Suo account:
claim-account-next = Scelga una password e ci comunichi se ha rilasciato questa procura. In caso contrario, lo indichi nella stessa pagina: { $partner } perderà subito l’accesso, finché non avremo esaminato il caso.
claim-account-later = In seguito potrà accedere tramite «Password dimenticata».
claim-account-action = Prendi possesso dell’account

power-of-attorney-answered-subject-confirmed = { $name } ha confermato la Sua procura
power-of-attorney-answered-subject-disputed = { $name } contesta la Sua procura
power-of-attorney-answered-intro-confirmed = { $name } ha confermato la procura in base alla quale Lei ha aperto l’account.
power-of-attorney-answered-intro-disputed = { $name } dichiara di non aver rilasciato la procura in base alla quale Lei ha aperto l’account.
power-of-attorney-answered-next-confirmed = Il Suo accesso resta invariato.
power-of-attorney-answered-next-disputed = Il Suo accesso all’account di { $name } è congelato fino alla nostra decisione. Tenga pronto il documento: glielo chiederemo.
power-of-attorney-answered-action = Visualizza la partnership

power-of-attorney-decided-subject = Decisione sulla procura: { $client } e { $partner }
power-of-attorney-decided-intro = { $seller } ha deciso in merito alla procura in base alla quale { $partner } ha aperto l’account di { $client }.
power-of-attorney-decided-upheld-CLIENT = La procura è valida: { $partner } ha di nuovo accesso, come prima. Può limitare o revocare questo accesso in qualsiasi momento.
power-of-attorney-decided-upheld-PARTNER = La procura è valida: Lei ha di nuovo accesso, come prima.
power-of-attorney-decided-ended-CLIENT = La procura non è valida: { $partner } non ha più accesso al Suo account. I rinnovi futuri saranno fatturati a Lei.
power-of-attorney-decided-ended-PARTNER = La procura non è valida: la partnership è terminata e, con essa, il Suo accesso. I rinnovi futuri saranno fatturati a { $client }.
power-of-attorney-decided-action = Visualizza la partnership

inquiry-received-subject = Richiesta di contatto da { $name }
inquiry-received-intro = { $name } Le ha scritto tramite il Suo profilo pubblico.
inquiry-received-next = L’identità del mittente non è stata verificata. Può assegnare la richiesta a un cliente, una sola volta.
inquiry-received-action = Visualizza la richiesta

contributor-invited-subject = { $account } condivide { $product } con Lei
contributor-invited-intro-VIEWER = { $account } Le permette di vedere { $product } e di seguire l’avanzamento dei lavori.
contributor-invited-intro-EDITOR = { $account } Le permette di lavorare su { $product }.
contributor-invited-next-known = Acceda come di consueto: dispone già dell’accesso.
contributor-invited-next-new = Avrà accesso non appena avrà completato la registrazione con questo indirizzo e lo avrà confermato.
contributor-invited-ignore = Se non si aspettava questo messaggio, lo ignori; non Le costa nulla e non La vincola a nulla.
contributor-invited-action = Apri l’invito

transfer-offered-subject = { $account } desidera trasferirLe { $product }
transfer-offered-intro = { $account } desidera trasferirLe: { $product } ({ $plan }).
transfer-offered-meaning = Non appena accetta, il prodotto si trova nel Suo account: ne dispone Lei e i rinnovi Le vengono addebitati.
transfer-offered-paid = Il periodo già pagato passa con il prodotto; non lo paga una seconda volta.
transfer-offered-open = Il periodo in corso è fatturato ma non ancora pagato. La fattura resta a carico di chi la deve; finché non è pagata, il prodotto può essere sospeso.
transfer-offered-until = Può accettare o rifiutare entro il giorno { $date }.
transfer-offered-next-known = In seguito troverà l’offerta dopo aver effettuato l’accesso.
transfer-offered-next-new = Accettando, apre un account.
transfer-offered-ignore = Se non si aspettava questo messaggio, lo ignori: il prodotto resta a { $account }.
transfer-offered-action = Visualizza l’offerta

transfer-accepted-subject-FORMER = { $product } è ora di { $new }
transfer-accepted-subject-NEW = { $product } è ora nel Suo account
transfer-accepted-intro-FORMER = { $new } ha accettato { $product }: il prodotto non è più nel Suo account.
transfer-accepted-intro-NEW = Lei ha rilevato { $product } da { $former }.
transfer-accepted-money-FORMER = D’ora in poi ne dispone { $new }, che ne sostiene i costi. Le Sue fatture restano Sue, pagate o meno.
transfer-accepted-money-NEW = D’ora in poi appartiene a Lei: ne dispone Lei, i rinnovi Le vengono addebitati e i messaggi che lo riguardano arrivano a Lei.
transfer-accepted-stays-FORMER = Lei continua a lavorarci come collaboratore.
transfer-accepted-stays-NEW = { $former } continua a lavorarci come collaboratore e non vede nessuna delle Sue fatture. Può porvi fine in qualsiasi momento.
transfer-accepted-leaves-FORMER = Il Suo accesso al prodotto è terminato.
transfer-accepted-leaves-NEW = { $former } non ha più accesso al prodotto.
transfer-accepted-action = Visualizza i prodotti

transfer-declined-subject-FORMER = { $email } ha rifiutato { $product }
transfer-declined-subject-NEW = Lei ha rifiutato { $product }
transfer-declined-intro-FORMER = { $email } ha rifiutato di rilevare { $product }.
transfer-declined-intro-NEW = Lei ha rifiutato di rilevare { $product } da { $former }.
transfer-declined-next-FORMER = Il prodotto resta nel Suo account e non cambia nulla.
transfer-declined-next-NEW = Il prodotto resta a { $former } e per Lei non cambia nulla.
transfer-declined-action = Visualizza i prodotti

transfer-cancelled-subject = { $account } non trasferisce più { $product }
transfer-cancelled-intro = { $account } ha annullato il trasferimento di { $product } a Lei.
transfer-cancelled-next = Non deve più rispondere e non cambia nulla.
transfer-cancelled-action = Visualizza i prodotti

transfer-expired-subject = Nessuna risposta da { $email }
transfer-expired-intro = { $email } non ha risposto alla Sua offerta di trasferimento di { $product } inviata in data { $date }. L’offerta è scaduta.
transfer-expired-next = Il prodotto resta nel Suo account. Può offrirlo di nuovo in qualsiasi momento.
transfer-expired-action = Visualizza i prodotti

payer-changed-subject = Cambio del pagatore: { $client } e { $partner }
payer-changed-intro-PARTNER = { $client } ha cambiato il pagatore della Sua partnership.
payer-changed-intro-CLIENT = Il pagatore della Sua partnership con { $partner } è cambiato. Questo messaggio è una copia per Lei.
payer-changed-old = Pagatore finora
payer-changed-new = Pagatore d’ora in poi
payer-changed-effective = Decorrenza
payer-changed-by = Modificato da
payer-changed-price-PARTNER-PARTNER = Ciò che Lei ordina per { $client }, con i relativi rinnovi, viene fatturato a Lei al prezzo pubblico, dedotto il Suo sconto partner. Ciò che { $client } ordina da sé è pagato da { $client } al prezzo pubblico.
payer-changed-price-PARTNER-CLIENT = Ciò che Lei ordina per { $client }, e ciò che si rinnova, viene fatturato a { $client } al prezzo pubblico. Lei non lo paga più e non viene dedotto alcuno sconto partner.
payer-changed-price-CLIENT-PARTNER = Ciò che { $partner } ordina per Lei, con i relativi rinnovi, viene fatturato a { $partner }. Ciò che ordina Lei direttamente continua a esserLe fatturato al prezzo pubblico.
payer-changed-price-CLIENT-CLIENT = Ciò che { $partner } ordina per Lei, e ciò che si rinnova, viene fatturato a Lei al prezzo pubblico. Queste fatture sono visibili soltanto a Lei.
payer-changed-cashback-PARTNER = Su ciò che paga Lei, lo sconto sostituisce il cashback. Su ciò che { $client } ordina e paga da sé, Lei continua a ricevere cashback.
payer-changed-cashback-CLIENT = Lei riceve cashback su ciò che paga { $client }; viene accreditato sul Suo saldo.
payer-changed-past = Le fatture già emesse restano invariate.
payer-changed-action = Visualizza la partnership

cart-sent-subject = { $name } ha preparato un carrello per Lei
cart-sent-intro = { $name } ha scelto dei prodotti per Lei. L’acquisto lo completa Lei e i prodotti vengono installati nel Suo account.
cart-sent-action = Visualizza il carrello
cart-next = I prezzi si intendono IVA esclusa e alla data odierna. Nulla è ordinato finché Lei non completa l’acquisto.

cart-reminder-subject = Il carrello di { $name } La attende
cart-reminder-intro = I prodotti che { $name } ha scelto per Lei sono ancora in attesa. L’acquisto lo completa Lei.
cart-reminder-action = Visualizza il carrello

cart-completed-subject = { $name } ha acquistato il Suo carrello
cart-completed-intro = { $name } ha acquistato ciò che Lei aveva messo nel carrello.
cart-completed-access = Può occuparsi di questi prodotti nei limiti del Suo accesso.
cart-completed-no-access = Lei non ha ancora accesso all’account di { $name }. L’accesso è stato richiesto e la decisione spetta al cliente.
cart-completed-action = Visualizza il carrello

access-needed-subject = { $name } ha bisogno dell’accesso al Suo account
access-needed-intro = Per { $account } sono stati acquistati prodotti scelti da { $name }.
access-needed = { $name } ha bisogno dell’accesso per occuparsi di questi prodotti per Lei. È Lei a definirne l’ampiezza; senza il Suo consenso non cambia nulla.
access-needed-action = Definisci l’accesso

order-confirmation-subject = Conferma d’ordine { $number }
order-confirmation-intro = Grazie per l’ordine { $number }.
order-confirmation-action = Visualizza l’ordine

order-confirmation-holder-subject = Conferma d’ordine { $number }
order-confirmation-holder-intro = Con l’ordine { $number } sono stati ordinati prodotti per Lei. Il pagamento è a carico di { $payer }.
order-confirmation-holder-action = Visualizza i prodotti

invoice-issued-subject = La Sua fattura { $number }
invoice-issued-intro = La Sua fattura { $number } di { $total } è disponibile.
invoice-issued-due = L’importo va pagato entro il giorno { $date }.
invoice-issued-paid = La fattura è pagata. Non deve fare altro.
invoice-issued-action = Visualizza la fattura

credit-note-subject = Nota di credito { $number } per la fattura { $invoice }
credit-note-intro = Le abbiamo accreditato { $total } della fattura { $invoice }. La nota di credito { $number } è disponibile.
credit-note-number = Nota di credito
credit-note-reason = Motivo
credit-note-refunded = Il rimborso di { $amount } segue la via del pagamento: sul Suo metodo di pagamento o sul Suo saldo.
credit-note-due = L’importo dovuto della fattura si riduce di altrettanto; nulla ne era ancora stato pagato.
credit-note-action = Visualizza la nota di credito

cashback-reversed-subject = Storno di cashback di { $amount }
cashback-reversed-intro = È stata emessa una nota di credito per una fattura su cui Lei aveva ricevuto cashback. Il Suo cashback è stato stornato in proporzione, per { $amount }.
cashback-reversed-pending = Dall’importo ancora trattenuto
cashback-reversed-available = Dall’importo disponibile
cashback-reversed-next = Se ora il Suo saldo è negativo, sarà compensato dai prossimi guadagni.
cashback-reversed-action = Visualizza il saldo

payout-subject = { $amount }: liquidazione eseguita
payout-rejected-subject = La liquidazione di { $amount } è stata rifiutata
payout-intro = Abbiamo trasferito { $amount } dal Suo saldo al Suo conto bancario.
payout-rejected = La Sua liquidazione di { $amount } è stata rifiutata.
payout-holder = Intestatario del conto
payout-iban = IBAN
payout-days = La Sua banca può impiegare alcuni giorni per mostrarla.
payout-back = L’importo è di nuovo nel Suo saldo. Verifichi il conto di destinazione o si rivolga al team partner.
payout-action = Visualizza il saldo

cashback-statement-subject = Il Suo rendiconto cashback: { $amount } guadagnati
cashback-statement-intro = Ecco quanto ha guadagnato il Suo saldo dal { $from } al { $to }, e che cosa ne è stato.
cashback-statement-opening = Saldo prima
cashback-statement-earned = Guadagnato
cashback-statement-reversed = Stornato
cashback-statement-spent = Speso per fatture
cashback-statement-paid-out = Liquidato
cashback-statement-closing = Saldo dopo
cashback-statement-next = Quanto guadagnato diventa disponibile al termine del periodo di attesa.
cashback-statement-action = Visualizza il saldo

product-cancelled-subject = { $product } è stato disdetto
product-cancelled-intro = { $product } è stato disdetto ed è terminato.
product-cancelled-ends = { $product } è stato disdetto. Resta attivo fino al giorno { $date }, poi termina.
product-cancelled-by = Disdetto da
product-cancelled-now = Non si rinnova più. Quanto pagato per il resto del periodo non viene rimborsato.
product-cancelled-unpaid = Il rinnovo non è stato pagato. La fattura non viene più riscossa.
product-cancelled-later = Fino ad allora tutto resta com’è e non viene fatturato altro. Prima di quel giorno può riattivare il rinnovo.
product-cancelled-action = Visualizza il prodotto

product-renewed-subject = { $product } è stato rinnovato
product-renewed-intro = { $product } è stato rinnovato e resta attivo fino al prossimo rinnovo, il giorno { $date }.
product-renewed-action = Visualizza il prodotto

product-renewed-holder-action = Visualizza il prodotto

renewal-upcoming-subject = { $count ->
    [one] Un prodotto si rinnova il giorno { $date }
   *[other] { $count } prodotti si rinnovano il giorno { $date }
}
renewal-upcoming-intro = { $count ->
    [one] Un prodotto che paga Lei si rinnova il giorno { $date }; il Suo metodo di pagamento sarà addebitato.
   *[other] { $count } prodotti che paga Lei si rinnovano il giorno { $date }; il Suo metodo di pagamento sarà addebitato.
} { $days ->
    [one] Manca un giorno.
   *[other] Mancano { $days } giorni.
}
renewal-upcoming-do = Fino ad allora può cambiare la durata o il piano, o disattivare il rinnovo.
renewal-upcoming-action = Visualizza i prodotti

payer-failed-subject = { $product } non è pagato
payer-failed-intro = { $payer } paga per { $product }, e il pagamento del rinnovo è fallito più volte.
payer-failed-suspends = Se non viene pagato, il prodotto sarà sospeso il giorno { $date }.
payer-failed-action = Rileva il prodotto

product-suspended-subject = { $product } è sospeso
product-suspended-intro = { $product } è sospeso, perché il rinnovo non è pagato.
product-suspended-holder = { $product } è sospeso, perché { $payer } non ha pagato il rinnovo.
product-suspended-cancels = Senza pagamento, il prodotto sarà disdetto il giorno { $date }.
product-suspended-do = Appena paga la fattura, è di nuovo attivo.
product-suspended-action = Visualizza il prodotto

product-restored-subject = { $product } è di nuovo attivo
product-restored-intro = Il rinnovo di { $product } è pagato, e il prodotto è di nuovo attivo.
product-restored-renews = Il prossimo rinnovo è il giorno { $date }, come se fosse stato pagato in tempo.
product-restored-action = Visualizza il prodotto

take-over = Può rilevarlo Lei: rinnovi il prodotto, sarà subito attivo e da allora fatturato a Lei.

payment-failed-subject = Pagamento non riuscito: fattura { $number }
payment-failed-intro = Non è stato possibile incassare il pagamento di { $amount } per la fattura { $number }.
payment-failed-attempt = Tentativo
payment-failed-step = { $step } di { $steps }
payment-failed-next = Riproveremo il giorno { $date }.
payment-failed-last = Questo era l’ultimo tentativo automatico.
payment-failed-suspends = Se la fattura non viene pagata, i prodotti saranno sospesi il giorno { $date }.
payment-failed-do = Verifichi il Suo metodo di pagamento o paghi subito la fattura.
payment-failed-action = Paga la fattura

support-request-subject = [{ $account }] { $subject }
support-request-intro = { $name } chiede assistenza per { $account }.
support-request-intro-partner = { $name } di { $partner } chiede assistenza per conto di { $account }, nell’ambito della partnership tra i due.
support-request-subject-line = Oggetto
support-request-account = Account
support-request-owner = Titolare dell’account
support-request-partner = Partner che agisce
support-request-product = Prodotto
support-request-email = Rispondere a
support-request-unverified = Questo indirizzo non è ancora stato verificato.
support-request-reply = Una risposta a questo messaggio va a { $name }.
support-request-action = Apri il portale

webhook-disabled-subject = Webhook disattivato: { $account }
webhook-disabled-silent = { $seller } ha disattivato un webhook di { $account }: al suo indirizzo non arriva nulla da tre giorni.
webhook-disabled-gone = { $seller } ha disattivato un webhook di { $account }: il suo indirizzo ha risposto di non esistere più (HTTP 410).
webhook-disabled-address = Indirizzo
webhook-disabled-since = Irraggiungibile da
webhook-disabled-next = Ciò che accade d’ora in poi non gli viene più inviato. Quando l’indirizzo sarà di nuovo raggiungibile, riattivi il webhook e faccia inviare di nuovo ciò che è andato perso.
webhook-disabled-action = Apri il portale
