# Français, au vouvoiement. Une espace fine insécable précède « : ; ? ! ».

## Autour de chaque message

greeting = Bonjour { $name },
greeting-nameless = Bonjour,
link = Si le bouton ne fonctionne pas, ouvrez ce lien :
automatic = Ce message a été envoyé automatiquement.
stop-mails = Ne plus recevoir d’e-mails de ce type
fact = { $label } : { $value }
heading = { $label } :

## Mots

access = Accès
access-FULL = Accès complet
access-PARTIAL = Accès partiel
access-until = Fin de l’accès
amount-due = Montant dû
company = Société
discount = Remise partenaire
email = Adresse e-mail
ended-contributors = Contributeurs retirés
ended-invitations = Invitations retirées
ended-keys = Clés API révoquées
ended-members = Membres retirés
ended-memberships = Comptes de clients dont vous n’êtes plus membre
holder = Installé pour
invoice-number = Facture
issued-on = Date d’émission
net = Prix HT
ordered-by = Commandé par
ordered-on = Date de commande
payer = Payé par
payer-CLIENT = le client
payer-PARTNER = le partenaire
period-start = Début de la période
permissions = Autorisations
permission-VIEW_PRODUCTS = Consulter les produits
permission-MANAGE_PRODUCTS = Gérer les produits
permission-PURCHASE = Commander, renouveler et changer de formule
permission-VIEW_INVOICES = Consulter les factures
permission-MANAGE_BILLING = Gérer la facturation
permission-MANAGE_MEMBERS = Gérer les membres
permission-MANAGE_PARTNERS = Gérer les partenaires
permission-MANAGE_CLIENTS = Gérer les clients
permission-CONTACT_SUPPORT = Contacter l’assistance
plan = Formule
power-of-attorney = Procuration
products = Produits
products-all = tous, présents et à venir
received-on = Date de réception
renews-on = Prochain renouvellement
role = Rôle
role-OWNER = Titulaire
role-ADMIN = Administrateur
role-BILLING = Facturation
role-TECHNICAL = Technique
role-VIEWER = Lecture seule
signed-on = Date de signature
subtotal = Sous-total HT
tax = TVA
total = Total TTC
valid-days = Le lien est valable { $days ->
    [one] { $days } jour
   *[other] { $days } jours
}.
valid-hours = Le lien est valable { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}.
message-from = Message { DE($name) } :
order-line = { $quantity } × { $plan }, { $months ->
    [one] { $months } mois
   *[other] { $months } mois
}

## Une section par type

verify-address-subject = Veuillez confirmer votre adresse e-mail
verify-address-intro = Vous avez créé un compte chez { $seller }. Veuillez confirmer que cette adresse e-mail est bien la vôtre.
verify-address-action = Confirmer l’adresse
verify-address-ignore = Si vous n’êtes pas à l’origine de cette inscription, ignorez simplement ce message ; il ne se passera rien.

reset-password-subject = Réinitialisez votre mot de passe
reset-password-intro = Un nouveau mot de passe a été demandé pour vos identifiants chez { $seller }.
reset-password-action = Choisir un nouveau mot de passe
reset-password-ignore = Si vous n’êtes pas à l’origine de cette demande, ignorez simplement ce message ; votre mot de passe reste inchangé.

member-invited-subject = { $account } vous invite
member-invited-intro = { $name } vous invite à devenir membre { DE($account) }.
member-invited-known = Vous pouvez accepter avec vos identifiants existants chez { $seller }.
member-invited-new = Vous choisissez un nom et un mot de passe, qui seront vos identifiants chez { $seller }.
member-invited-ignore = Si vous ne connaissez pas { $name }, ignorez simplement ce message ; il ne se passera rien.
member-invited-action = Voir l’invitation

membership-changed-subject = Vos autorisations chez { $account } ont changé
membership-changed-intro = { $name } a modifié vos autorisations chez { $account }.
membership-changed-next = Elles s’appliquent dès maintenant, y compris aux clés API que vous y avez créées.
membership-changed-action = Voir le compte

membership-ended-subject = Vous n’êtes plus membre { DE($account) }
membership-ended-intro = { $name } a mis fin à votre qualité de membre { DE($account) }.
membership-ended-with-partner = Votre qualité de membre { DE($account) } vous avait été accordée dans le cadre du partenariat avec { $partner } et a pris fin avec lui.
membership-ended-clients = Votre accès a également pris fin pour { $count ->
    [one] le compte d’un client
   *[other] les comptes de { $count } clients
}.
membership-ended-next = Vos identifiants restent valables, et rien ne change pour les autres comptes dont vous êtes membre.
membership-ended-action = Voir vos comptes

grants-ended-subject = Les accès accordés par { $partner } ont pris fin
grants-ended-intro = Votre partenariat avec { $partner } ne couvre plus votre compte. Les accès accordés à d’autres dans ce cadre ont pris fin avec lui.
grants-ended-intro-less = Votre partenariat avec { $partner } couvre moins qu’auparavant. Les accès accordés à d’autres dans ce cadre, et qui vont au-delà, ont pris fin.
grants-ended-next = Vous pouvez inviter vous-même les personnes qui doivent continuer à travailler avec votre compte.
grants-ended-action = Voir les membres

ownership-transferred-subject = { $account } a un nouveau titulaire
ownership-transferred-intro-NEW = { $former } vous a transmis { $account } : vous en êtes désormais titulaire.
ownership-transferred-intro-FORMER = Vous avez transmis { $account } : { $new } en est désormais titulaire.
ownership-transferred-next-NEW = Vous y disposez de toutes les autorisations. { $former } reste membre, avec le rôle d’administrateur.
ownership-transferred-next-FORMER = Vous restez membre, avec le rôle d’administrateur. Si vous n’êtes pas à l’origine de ce changement, écrivez-nous immédiatement.
ownership-transferred-action = Voir le compte

invitation-received-subject = { $name } vous propose un accès
invitation-received-intro = { $name } souhaite travailler avec vous et vous propose un accès à son compte.
invitation-received-next = Vous pouvez rattacher le client ou refuser l’invitation jusqu’au { $date }.
invitation-received-action = Voir l’invitation

access-requested-subject = { $name } demande l’accès à votre compte
access-requested-intro = { $name } souhaite s’occuper de vos produits et demande l’accès à votre compte.
access-requested-next = Vous avez jusqu’au { $date } pour décider de l’accès que vous accordez. Sans votre accord, rien ne change.
access-requested-later = Passé ce délai, vous retrouverez la demande dans votre compte.
access-requested-action = Définir l’accès

invitation-accepted-subject = { $name } a accepté
invitation-accepted-intro-CLIENT_TO_PARTNER = { $name } a accepté l’accès à votre compte que vous proposiez.
invitation-accepted-intro-PARTNER_TO_CLIENT = { $name } vous a accordé l’accès à son compte.
invitation-accepted-next-CLIENT_TO_PARTNER = Vous pouvez à tout moment modifier cet accès ou y mettre fin.
invitation-accepted-next-PARTNER_TO_CLIENT = Vous pouvez désormais travailler pour { $name } dans le cadre de ces autorisations.
invitation-accepted-action = Voir le partenariat

invitation-rejected-subject = { $name } a refusé
invitation-rejected-intro-CLIENT_TO_PARTNER = { $name } a refusé l’accès à votre compte que vous proposiez.
invitation-rejected-intro-PARTNER_TO_CLIENT = { $name } a refusé votre demande d’accès.
invitation-rejected-next = Aucun accès n’a été accordé, et rien ne change pour vous. L’invitation est close.
invitation-rejected-action = Voir l’invitation

invitation-withdrawn-subject-CLIENT_TO_PARTNER = { $name } a retiré sa proposition d’accès
invitation-withdrawn-subject-PARTNER_TO_CLIENT = { $name } ne demande plus l’accès
invitation-withdrawn-intro-CLIENT_TO_PARTNER = { $name } a retiré sa proposition d’accès à son compte.
invitation-withdrawn-intro-PARTNER_TO_CLIENT = { $name } a retiré sa demande d’accès à votre compte.
invitation-withdrawn-next = Vous n’avez plus à répondre, et rien ne change.
invitation-withdrawn-action = Voir l’invitation

invitation-expired-subject = Pas de réponse { DE($name) }
invitation-expired-intro-CLIENT_TO_PARTNER = { $name } n’a pas répondu à votre proposition d’accès du { $date }. Elle a expiré.
invitation-expired-intro-PARTNER_TO_CLIENT = { $name } n’a pas répondu à votre demande d’accès du { $date }. Elle a expiré.
invitation-expired-next = Aucun accès n’a été accordé. Vous pouvez renouveler votre démarche à tout moment.
invitation-expired-action = Voir l’invitation

access-changed-subject = { $name } a modifié l’accès
access-changed-intro = { $name } a modifié l’accès prévu dans votre partenariat. Voici ce qui s’applique désormais :
access-changed-next = Tout ce qui ne figure plus ici a pris fin.
access-changed-action = Voir le partenariat

access-expiring-subject = L’accès prend fin dans { $days ->
    [one] { $days } jour
   *[other] { $days } jours
} : { $client } et { $partner }
access-expiring-intro-CLIENT = L’accès à votre compte accordé à { $partner } prend bientôt fin.
access-expiring-intro-PARTNER = Votre accès au compte { DE($client) } prend bientôt fin.
access-expiring-next-CLIENT = Si { $partner } doit continuer à s’occuper de vos produits, modifiez la date avant cette échéance. Sinon, vous n’avez rien à faire : les renouvellements ultérieurs vous seront facturés.
access-expiring-next-PARTNER = Cette date ne peut être repoussée que par { $client }. Les renouvellements ultérieurs seront facturés à { $client }.
access-expiring-action = Voir le partenariat

access-ended-subject = Fin de l’accès : { $client } et { $partner }
access-ended-intro-CLIENT = { $partner } n’a plus accès à votre compte.
access-ended-intro-PARTNER = Vous n’avez plus accès au compte { DE($client) }.
access-ended-at = Terminé le
access-ended-by = Terminé par
access-ended-time = l’échéance de la durée convenue
access-ended-next-CLIENT = Les renouvellements à venir vous seront facturés. Les factures déjà émises restent inchangées.
access-ended-next-PARTNER = Les renouvellements à venir seront facturés à { $client }. Les factures déjà émises et vos gains restent inchangés.
access-ended-action = Voir le partenariat

claim-account-subject = { $partner } a ouvert un compte pour vous
claim-account-intro = { $partner } a ouvert en votre nom le compte { $account } chez { $seller }. Ce compte vous appartient. { $partner } déclare que vous avez donné procuration à cet effet :
claim-account-terms = À ce titre, { $partner } dispose de l’accès suivant à votre compte :
claim-account-next = Veuillez choisir un mot de passe et nous indiquer si vous avez donné cette procuration. Si ce n’est pas le cas, signalez-le au même endroit : { $partner } perd alors immédiatement son accès, jusqu’à ce que nous ayons examiné la situation.
claim-account-later = Passé ce délai, vous pourrez vous connecter en passant par « Mot de passe oublié ».
claim-account-action = Prendre possession du compte

power-of-attorney-answered-subject-confirmed = { $name } a confirmé votre procuration
power-of-attorney-answered-subject-disputed = { $name } conteste votre procuration
power-of-attorney-answered-intro-confirmed = { $name } a confirmé la procuration en vertu de laquelle vous avez ouvert le compte.
power-of-attorney-answered-intro-disputed = { $name } déclare ne pas avoir donné la procuration en vertu de laquelle vous avez ouvert le compte.
power-of-attorney-answered-next-confirmed = Votre accès reste inchangé.
power-of-attorney-answered-next-disputed = Votre accès au compte { DE($name) } est gelé jusqu’à notre décision. Veuillez tenir le document à disposition : nous vous le demanderons.
power-of-attorney-answered-action = Voir le partenariat

power-of-attorney-decided-subject = Décision sur la procuration : { $client } et { $partner }
power-of-attorney-decided-intro = { $seller } s’est prononcé sur la procuration en vertu de laquelle { $partner } a ouvert le compte { DE($client) }.
power-of-attorney-decided-upheld-CLIENT = Elle est valable : { $partner } a de nouveau accès, comme auparavant. Vous pouvez à tout moment restreindre cet accès ou y mettre fin.
power-of-attorney-decided-upheld-PARTNER = Elle est valable : vous avez de nouveau accès, comme auparavant.
power-of-attorney-decided-ended-CLIENT = Elle n’est pas valable : { $partner } n’a plus accès à votre compte. Les renouvellements à venir vous seront facturés.
power-of-attorney-decided-ended-PARTNER = Elle n’est pas valable : le partenariat a pris fin, et votre accès avec lui. Les renouvellements à venir seront facturés à { $client }.
power-of-attorney-decided-action = Voir le partenariat

inquiry-received-subject = Demande de contact { DE($name) }
inquiry-received-intro = { $name } vous a écrit via votre profil public.
inquiry-received-next = L’identité de l’auteur n’a pas été vérifiée. Vous pouvez attribuer la demande à un client, une seule fois.
inquiry-received-action = Voir la demande

contributor-invited-subject = { $account } partage { $product } avec vous
contributor-invited-intro-VIEWER = { $account } vous permet de consulter { $product } et de suivre l’avancement du travail.
contributor-invited-intro-EDITOR = { $account } vous permet de travailler sur { $product }.
contributor-invited-next-known = Connectez-vous comme d’habitude : vous avez déjà accès.
contributor-invited-next-new = Vous aurez accès dès que vous aurez ouvert un compte avec cette adresse et confirmé celle-ci.
contributor-invited-ignore = Si vous n’attendiez pas ce message, ignorez-le simplement ; il ne vous coûte rien et ne vous engage à rien.
contributor-invited-action = Ouvrir l’invitation

transfer-offered-subject = { $account } souhaite vous transférer { $product }
transfer-offered-intro = { $account } souhaite vous transférer : { $product } ({ $plan }).
transfer-offered-meaning = Dès que vous acceptez, le produit se trouve dans votre compte : vous en disposez, et ses renouvellements vous sont facturés.
transfer-offered-paid = La période déjà payée est transférée avec lui ; vous ne la payez pas une seconde fois.
transfer-offered-open = Sa période en cours est facturée, mais pas encore payée. Cette facture reste due par son débiteur ; tant qu’elle n’est pas payée, le produit peut être suspendu.
transfer-offered-until = Vous pouvez accepter ou refuser jusqu’au { $date }.
transfer-offered-next-known = Passé ce délai, vous retrouverez l’offre en vous connectant.
transfer-offered-next-new = En acceptant, vous ouvrez un compte.
transfer-offered-ignore = Si vous n’attendiez pas ce message, ignorez-le simplement : le produit reste chez { $account }.
transfer-offered-action = Voir l’offre

transfer-accepted-subject-FORMER = { $product } est désormais chez { $new }
transfer-accepted-subject-NEW = { $product } est désormais dans votre compte
transfer-accepted-intro-FORMER = { $new } a accepté { $product } : le produit n’est plus dans votre compte.
transfer-accepted-intro-NEW = Vous avez repris { $product } { DE($former) }.
transfer-accepted-money-FORMER = Désormais, { $new } en dispose et le paie. Vos factures restent les vôtres, payées ou non.
transfer-accepted-money-NEW = Désormais, il vous appartient : vous en disposez, ses renouvellements vous sont facturés, et les messages qui le concernent vous sont adressés.
transfer-accepted-stays-FORMER = Vous continuez à y travailler en tant que contributeur.
transfer-accepted-stays-NEW = { $former } continue à y travailler en tant que contributeur et ne voit aucune de vos factures. Vous pouvez y mettre fin à tout moment.
transfer-accepted-leaves-FORMER = Votre accès à ce produit a pris fin.
transfer-accepted-leaves-NEW = { $former } n’y a plus accès.
transfer-accepted-action = Voir les produits

transfer-declined-subject-FORMER = { $email } a refusé { $product }
transfer-declined-subject-NEW = Vous avez refusé { $product }
transfer-declined-intro-FORMER = { $email } a refusé de reprendre { $product }.
transfer-declined-intro-NEW = Vous avez refusé de reprendre { $product } { DE($former) }.
transfer-declined-next-FORMER = Le produit reste dans votre compte, et rien ne change.
transfer-declined-next-NEW = Le produit reste chez { $former }, et rien ne change pour vous.
transfer-declined-action = Voir les produits

transfer-cancelled-subject = { $account } ne transfère plus { $product }
transfer-cancelled-intro = { $account } a annulé le transfert { DE($product) } à votre intention.
transfer-cancelled-next = Vous n’avez plus à répondre, et rien ne change.
transfer-cancelled-action = Voir les produits

transfer-expired-subject = Pas de réponse { DE($email) }
transfer-expired-intro = { $email } n’a pas répondu à votre offre de transfert { DE($product) } du { $date }. Elle a expiré.
transfer-expired-next = Le produit reste dans votre compte. Vous pouvez le proposer à nouveau à tout moment.
transfer-expired-action = Voir les produits

payer-changed-subject = Changement de payeur : { $client } et { $partner }
payer-changed-intro-PARTNER = { $client } a changé le payeur de votre partenariat.
payer-changed-intro-CLIENT = Le payeur de votre partenariat avec { $partner } a changé. Ce message vous est adressé en copie.
payer-changed-old = Payeur jusqu’ici
payer-changed-new = Payeur désormais
payer-changed-effective = Date d’effet
payer-changed-by = Modifié par
payer-changed-price-PARTNER-PARTNER = Ce que vous commandez pour { $client }, et ce qui s’en renouvelle, vous est facturé au prix public, déduction faite de votre remise partenaire. Ce { QUE($client) } commande directement est payé par { $client } au prix public.
payer-changed-price-PARTNER-CLIENT = Ce que vous commandez pour { $client }, et ce qui se renouvelle, est facturé à { $client } au prix public. Vous ne le payez plus, et aucune remise partenaire n’est déduite.
payer-changed-price-CLIENT-PARTNER = Ce { QUE($partner) } commande pour vous, et ce qui s’en renouvelle, est facturé à { $partner }. Ce que vous commandez directement continue à vous être facturé au prix public.
payer-changed-price-CLIENT-CLIENT = Ce { QUE($partner) } commande pour vous, et ce qui se renouvelle, vous est facturé au prix public. Ces factures ne sont visibles que par vous.
payer-changed-cashback-PARTNER = Sur ce que vous payez, votre remise remplace le cashback. Sur ce { QUE($client) } commande et paie directement, vous continuez à percevoir du cashback.
payer-changed-cashback-CLIENT = Vous percevez du cashback sur ce { QUE($client) } paie ; il est crédité sur votre solde.
payer-changed-past = Les factures déjà émises restent inchangées.
payer-changed-action = Voir le partenariat

cart-sent-subject = { $name } a préparé un panier pour vous
cart-sent-intro = { $name } a sélectionné des produits pour vous. Vous finalisez l’achat vous-même, et les produits sont installés dans votre compte.
cart-sent-action = Voir le panier
cart-next = Les prix s’entendent hors taxes, à la date de ce jour. Rien n’est commandé tant que vous n’avez pas finalisé l’achat.

cart-reminder-subject = Le panier { DE($name) } vous attend
cart-reminder-intro = Les produits { QUE($name) } a sélectionnés pour vous sont toujours en attente. Vous finalisez l’achat vous-même.
cart-reminder-action = Voir le panier

cart-completed-subject = { $name } a acheté votre panier
cart-completed-intro = { $name } a acheté ce que vous aviez mis dans le panier.
cart-completed-access = Vous pouvez vous occuper de ces produits dans le cadre de votre accès.
cart-completed-no-access = Vous n’avez pas encore accès au compte { DE($name) }. L’accès a été demandé, et la décision revient au client.
cart-completed-action = Voir le panier

access-needed-subject = { $name } a besoin d’un accès à votre compte
access-needed-intro = Des produits sélectionnés par { $name } ont été achetés pour { $account }.
access-needed = { $name } a besoin d’un accès pour s’occuper de ces produits pour vous. Vous en définissez l’étendue ; sans votre accord, rien ne change.
access-needed-action = Définir l’accès

order-confirmation-subject = Confirmation de commande { $number }
order-confirmation-intro = Merci pour votre commande { $number }.
order-confirmation-action = Voir la commande

order-confirmation-holder-subject = Confirmation de commande { $number }
order-confirmation-holder-intro = Des produits ont été commandés pour vous avec la commande { $number }. Le paiement est assuré par { $payer }.
order-confirmation-holder-action = Voir les produits

invoice-issued-subject = Votre facture { $number }
invoice-issued-intro = Votre facture { $number } d’un montant de { $total } est disponible.
invoice-issued-due = Ce montant est à régler au plus tard le { $date }.
invoice-issued-paid = La facture est payée. Vous n’avez plus rien à faire.
invoice-issued-action = Voir la facture

credit-note-subject = Avoir { $number } sur la facture { $invoice }
credit-note-intro = Nous vous avons accordé un avoir de { $total } sur votre facture { $invoice }. L’avoir { $number } est disponible.
credit-note-number = Avoir
credit-note-reason = Motif
credit-note-refunded = Le remboursement de { $amount } suit la voie du paiement : sur votre moyen de paiement ou sur votre solde.
credit-note-due = Le montant restant dû sur la facture diminue d’autant ; rien n’en avait encore été payé.
credit-note-action = Voir l’avoir

cashback-reversed-subject = Reprise de cashback de { $amount }
cashback-reversed-intro = Une facture sur laquelle vous aviez perçu du cashback a fait l’objet d’un avoir. Votre cashback a été repris en proportion, à hauteur de { $amount }.
cashback-reversed-pending = Sur le montant encore retenu
cashback-reversed-available = Sur le montant disponible
cashback-reversed-next = Si votre solde est désormais négatif, vos prochains gains le compenseront.
cashback-reversed-action = Voir le solde

payout-subject = { $amount } vous ont été versés
payout-rejected-subject = Le versement de { $amount } a été refusé
payout-intro = Nous avons viré { $amount } de votre solde sur votre compte bancaire.
payout-rejected = Votre versement de { $amount } a été refusé.
payout-holder = Titulaire du compte
payout-iban = IBAN
payout-days = Votre banque peut mettre quelques jours à l’afficher.
payout-back = Le montant est de retour dans votre solde. Veuillez vérifier le compte de destination ou contacter l’équipe partenaires.
payout-action = Voir le solde

cashback-statement-subject = Votre relevé de cashback : { $amount } gagnés
cashback-statement-intro = Voici ce que votre solde a gagné du { $from } au { $to }, et ce qu’il en est advenu.
cashback-statement-opening = Solde avant
cashback-statement-earned = Gagné
cashback-statement-reversed = Repris
cashback-statement-spent = Dépensé pour des factures
cashback-statement-paid-out = Versé
cashback-statement-closing = Solde après
cashback-statement-next = Ce qui a été gagné devient disponible à la fin du délai de retenue.
cashback-statement-action = Voir le solde

product-cancelled-subject = Résiliation { DE($product) }
product-cancelled-intro = { $product } a été résilié et a pris fin.
product-cancelled-ends = { $product } a été résilié. Le produit reste actif jusqu’au { $date }, puis prend fin.
product-cancelled-by = Résilié par
product-cancelled-now = Il ne se renouvelle plus. Ce qui a été payé pour le reste de la période n’est pas remboursé.
product-cancelled-unpaid = Son renouvellement n’a pas été payé. La facture n’est plus recouvrée.
product-cancelled-later = D’ici là, tout reste en l’état et plus rien n’est facturé. Avant cette date, vous pouvez réactiver le renouvellement.
product-cancelled-action = Voir le produit

product-renewed-subject = { $product } a été renouvelé
product-renewed-intro = { $product } a été renouvelé et court jusqu’à son prochain renouvellement, le { $date }.
product-renewed-action = Voir le produit

product-renewed-holder-action = Voir le produit

renewal-upcoming-subject = { $count ->
    [one] Un produit se renouvelle le { $date }
   *[other] { $count } produits se renouvellent le { $date }
}
renewal-upcoming-intro = { $count ->
    [one] Un produit que vous payez se renouvelle le { $date } ; votre moyen de paiement sera alors débité.
   *[other] { $count } produits que vous payez se renouvellent le { $date } ; votre moyen de paiement sera alors débité.
} { $days ->
    [one] C’est dans un jour.
   *[other] C’est dans { $days } jours.
}
renewal-upcoming-do = D’ici là, vous pouvez changer la durée ou la formule, ou arrêter le renouvellement.
renewal-upcoming-action = Voir les produits

payer-failed-subject = { $product } n’est pas payé
payer-failed-intro = { $payer } paie pour { $product }, et le paiement de son renouvellement a échoué plusieurs fois.
payer-failed-suspends = Sans paiement, le produit sera suspendu le { $date }.
payer-failed-action = Reprendre le produit

product-suspended-subject = { $product } est suspendu
product-suspended-intro = { $product } est suspendu, car son renouvellement n’est pas payé.
product-suspended-holder = { $product } est suspendu, car { $payer } n’a pas payé son renouvellement.
product-suspended-cancels = Sans paiement, le produit sera résilié le { $date }.
product-suspended-do = Dès que vous payez la facture, il est de nouveau actif.
product-suspended-action = Voir le produit

product-restored-subject = { $product } est de nouveau actif
product-restored-intro = Le renouvellement { DE($product) } est payé, et le produit est de nouveau actif.
product-restored-renews = Son prochain renouvellement est le { $date }, comme s’il avait été payé à temps.
product-restored-action = Voir le produit

take-over = Vous pouvez le reprendre vous-même : renouvelez le produit, il est aussitôt actif et vous est facturé dès lors.

payment-failed-subject = Échec du paiement de la facture { $number }
payment-failed-intro = Le paiement de { $amount } pour la facture { $number } n’a pas pu être encaissé.
payment-failed-attempt = Tentative
payment-failed-step = { $step } sur { $steps }
payment-failed-next = Nous ferons une nouvelle tentative le { $date }.
payment-failed-last = C’était la dernière tentative automatique.
payment-failed-suspends = Si la facture n’est pas payée, les produits seront suspendus le { $date }.
payment-failed-do = Veuillez vérifier votre moyen de paiement ou payer la facture dès maintenant.
payment-failed-action = Payer la facture

support-request-subject = [{ $account }] { $subject }
support-request-intro = { $name } demande de l’aide pour { $account }.
support-request-intro-partner = { $name }, { DE($partner) }, demande de l’aide au nom { DE($account) }, dans le cadre du partenariat entre les deux.
support-request-subject-line = Objet
support-request-account = Compte
support-request-owner = Titulaire du compte
support-request-partner = Partenaire intervenant
support-request-product = Produit
support-request-email = Répondre à
support-request-unverified = Cette adresse n’a pas encore été vérifiée.
support-request-reply = Une réponse à ce message est adressée à { $name }.
support-request-action = Ouvrir le portail

webhook-disabled-subject = Webhook désactivé : { $account }
webhook-disabled-silent = { $seller } a désactivé un webhook { DE($account) } : rien n’est parvenu à son adresse depuis trois jours.
webhook-disabled-gone = { $seller } a désactivé un webhook { DE($account) } : son adresse a répondu qu’elle n’existe plus (HTTP 410).
webhook-disabled-address = Adresse
webhook-disabled-since = Injoignable depuis
webhook-disabled-next = Ce qui se passe désormais ne lui est plus envoyé. Dès que l’adresse sera de nouveau joignable, réactivez le webhook et faites renvoyer ce qu’il a manqué.
webhook-disabled-action = Ouvrir le portail
