# English, and what is written where another language has no sentence of its own.

## Around every mail

greeting = Hello { $name },
greeting-nameless = Hello,
link = If the button does not work, open this link:
automatic = This message was sent automatically.
stop-mails = No more mails of this kind
fact = { $label }: { $value }
heading = { $label }:

## Words

access = Access
access-FULL = Full access
access-PARTIAL = Partial access
access-until = Access ends on
amount-due = Amount due
company = Company
discount = Partner discount
email = E-mail address
ended-contributors = Contributors removed
ended-invitations = Invitations taken back
ended-keys = API keys revoked
ended-members = Members who have left
ended-memberships = Memberships of clients
holder = Installed for
invoice-number = Invoice
issued-on = Issued on
net = Price without tax
ordered-by = Ordered by
ordered-on = Ordered on
payer = Paid by
payer-CLIENT = the client
payer-PARTNER = the partner
period-start = Period begins on
permissions = Permissions
permission-VIEW_PRODUCTS = View products
permission-MANAGE_PRODUCTS = Manage products
permission-PURCHASE = Order, renew and change plans
permission-VIEW_INVOICES = View invoices
permission-MANAGE_BILLING = Manage billing
permission-MANAGE_MEMBERS = Manage members
permission-MANAGE_PARTNERS = Manage partners
permission-MANAGE_CLIENTS = Manage clients
permission-CONTACT_SUPPORT = Contact support
plan = Plan
power-of-attorney = Power of attorney
products = Products
products-all = all, including future ones
received-on = Received on
renews-on = Renews on
role = Role
role-OWNER = Owner
role-ADMIN = Administrator
role-BILLING = Billing
role-TECHNICAL = Technical
role-VIEWER = Viewer
signed-on = Signed on
subtotal = Subtotal
tax = VAT
total = Total
valid-days = The link is valid for { $days ->
    [one] one day
   *[other] { $days } days
}.
valid-hours = The link is valid for { $hours ->
    [one] one hour
   *[other] { $hours } hours
}.
message-from = Message from { $name }:
order-line = { $quantity } × { $plan }, { $months ->
    [one] one month
   *[other] { $months } months
}

## One section per kind

verify-address-subject = Please confirm your e-mail address
verify-address-intro = You signed up with { $seller }. Please confirm that this is your e-mail address.
verify-address-action = Confirm address
verify-address-ignore = If it was not you, ignore this message; nothing will happen.

reset-password-subject = Reset your password
reset-password-intro = A new password was requested for your sign-in with { $seller }.
reset-password-action = Choose a new password
reset-password-ignore = If it was not you, ignore this message; your password stays as it is.

member-invited-subject = { $account } invites you
member-invited-intro = { $name } invites you to become a member of { $account }.
member-invited-known = You can accept with the sign-in that you have with { $seller }.
member-invited-new = You choose a name and a password, which will be your sign-in with { $seller }.
member-invited-ignore = If you do not know { $name }, ignore this message; nothing will happen.
member-invited-action = View invitation

membership-changed-subject = Your permissions in { $account } have changed
membership-changed-intro = { $name } has changed what you may do in { $account }.
membership-changed-next = This counts from now on, also for API keys that you have made there.
membership-changed-action = View account

membership-ended-subject = You are no longer a member of { $account }
membership-ended-intro = { $name } has ended your membership of { $account }.
membership-ended-with-partner = Your membership of { $account } was granted through its partnership with { $partner }, and has ended with it.
membership-ended-clients = This also ended your access to { $count ->
    [one] the account of one client
   *[other] the accounts of { $count } clients
}.
membership-ended-next = Your sign-in and your other memberships stay as they are.
membership-ended-action = View your accounts

grants-ended-subject = What { $partner } had granted has ended
grants-ended-intro = Your partnership with { $partner } does not cover your account any more. What was granted to others through it has ended with it.
grants-ended-intro-less = Your partnership with { $partner } carries less than it did. What was granted to others through it, and goes beyond that, has ended.
grants-ended-next = You yourself can invite whoever is to go on working with your account.
grants-ended-action = View members

ownership-transferred-subject = New owner of { $account }
ownership-transferred-intro-NEW = { $former } has handed { $account } over to you: you are its owner.
ownership-transferred-intro-FORMER = You have handed { $account } over: { $new } is its owner.
ownership-transferred-next-NEW = You hold every permission there. { $former } stays a member, as an administrator.
ownership-transferred-next-FORMER = You stay a member, as an administrator. If you did not do this, write to us at once.
ownership-transferred-action = View account

invitation-received-subject = { $name } offers you access
invitation-received-intro = { $name } would like to work with you and offers you access to its account.
invitation-received-next = You can connect the client or reject the invitation until { $date }.
invitation-received-action = View invitation

access-requested-subject = { $name } asks for access to your account
access-requested-intro = { $name } would like to look after your products and asks for access to your account.
access-requested-next = You decide which access you grant, and can do so until { $date }. Without your consent, nothing changes.
access-requested-later = After that you find the request in your account.
access-requested-action = Set access level

invitation-accepted-subject = { $name } has accepted
invitation-accepted-intro-CLIENT_TO_PARTNER = { $name } has accepted the access to your account that you offered.
invitation-accepted-intro-PARTNER_TO_CLIENT = { $name } has granted you access to its account.
invitation-accepted-next-CLIENT_TO_PARTNER = You can change or end this access at any time.
invitation-accepted-next-PARTNER_TO_CLIENT = You can now work for { $name } within these permissions.
invitation-accepted-action = View partnership

invitation-rejected-subject = { $name } has declined
invitation-rejected-intro-CLIENT_TO_PARTNER = { $name } has declined the access to your account that you offered.
invitation-rejected-intro-PARTNER_TO_CLIENT = { $name } has declined your request for access.
invitation-rejected-next = No access was granted, and nothing changes for you. The invitation is closed.
invitation-rejected-action = View invitation

invitation-withdrawn-subject-CLIENT_TO_PARTNER = { $name } has withdrawn its offer of access
invitation-withdrawn-subject-PARTNER_TO_CLIENT = { $name } no longer asks for access
invitation-withdrawn-intro-CLIENT_TO_PARTNER = { $name } has withdrawn the access to its account that it had offered you.
invitation-withdrawn-intro-PARTNER_TO_CLIENT = { $name } has withdrawn its request for access to your account.
invitation-withdrawn-next = There is nothing left for you to answer, and nothing changes.
invitation-withdrawn-action = View invitation

invitation-expired-subject = No answer from { $name }
invitation-expired-intro-CLIENT_TO_PARTNER = { $name } did not answer the offer of access to your account that you made on { $date }. The offer has lapsed.
invitation-expired-intro-PARTNER_TO_CLIENT = { $name } did not answer the request for access that you sent on { $date }. The request has lapsed.
invitation-expired-next = No access was granted. You can ask again at any time.
invitation-expired-action = View invitation

access-changed-subject = { $name } has changed the access
access-changed-intro = { $name } has changed which access there is in your partnership. From now on it is:
access-changed-next = Whatever is no longer listed here has ended.
access-changed-action = View partnership

access-expiring-subject = Access ends in { $days ->
    [one] one day
   *[other] { $days } days
}: { $client } and { $partner }
access-expiring-intro-CLIENT = The access of { $partner } to your account is about to end.
access-expiring-intro-PARTNER = Your access to the account of { $client } is about to end.
access-expiring-next-CLIENT = If { $partner } is to go on looking after your products, please change the date before then. Otherwise there is nothing to do: what renews from then on is billed to you.
access-expiring-next-PARTNER = Only { $client } can put it off. What renews from then on is billed to { $client }.
access-expiring-action = View partnership

access-ended-subject = Access has ended: { $client } and { $partner }
access-ended-intro-CLIENT = { $partner } no longer has access to your account.
access-ended-intro-PARTNER = You no longer have access to the account of { $client }.
access-ended-at = Ended on
access-ended-by = Ended by
access-ended-time = the agreed time was over
access-ended-next-CLIENT = What renews from now on is billed to you. Invoices already issued stay as they are.
access-ended-next-PARTNER = What renews from now on is billed to { $client }. Invoices already issued, and what you have earned, stay as they are.
access-ended-action = View partnership

claim-account-subject = { $partner } has opened an account for you
claim-account-intro = { $partner } has opened the account { $account } with { $seller } in your name. You own it. { $partner } says that you gave a power of attorney for this:
claim-account-terms = With it, { $partner } has this access to your account:
claim-account-next = Please choose a password, and tell us whether you gave this power of attorney. If you did not, say so there: { $partner } then loses its access at once, until we have looked into it.
claim-account-later = After that you get in by choosing a new password, with “Forgot password”.
claim-account-action = Claim account

power-of-attorney-answered-subject-confirmed = { $name } has confirmed your power of attorney
power-of-attorney-answered-subject-disputed = { $name } disputes your power of attorney
power-of-attorney-answered-intro-confirmed = { $name } has confirmed the power of attorney under which you opened the account.
power-of-attorney-answered-intro-disputed = { $name } says that it did not give the power of attorney under which you opened the account.
power-of-attorney-answered-next-confirmed = Your access stays as it is.
power-of-attorney-answered-next-disputed = Your access to the account of { $name } is frozen until we have decided. Please have the document ready: we will ask you for it.
power-of-attorney-answered-action = View partnership

power-of-attorney-decided-subject = Power of attorney decided: { $client } and { $partner }
power-of-attorney-decided-intro = { $seller } has decided on the power of attorney under which { $partner } opened the account of { $client }.
power-of-attorney-decided-upheld-CLIENT = It was upheld: { $partner } has access again, as before. You can narrow or end it at any time.
power-of-attorney-decided-upheld-PARTNER = It was upheld: you have access again, as before.
power-of-attorney-decided-ended-CLIENT = It was not upheld: { $partner } has no access to your account any more. What renews from now on is billed to you.
power-of-attorney-decided-ended-PARTNER = It was not upheld: the partnership has ended, and with it your access. What renews from now on is billed to { $client }.
power-of-attorney-decided-action = View partnership

inquiry-received-subject = Inquiry from { $name }
inquiry-received-intro = { $name } has written to you through your public profile.
inquiry-received-next = Nobody has checked who wrote this. You can assign the inquiry to a client, once.
inquiry-received-action = View inquiry

contributor-invited-subject = { $account } shares { $product } with you
contributor-invited-intro-VIEWER = { $account } lets you see { $product } and how the work on it goes.
contributor-invited-intro-EDITOR = { $account } lets you work on { $product }.
contributor-invited-next-known = Sign in as usual: you have access already.
contributor-invited-next-new = You have access as soon as you have signed up with this address and confirmed it.
contributor-invited-ignore = If you do not expect this, ignore the message; it costs you nothing and binds you to nothing.
contributor-invited-action = Open invitation

transfer-offered-subject = { $account } would like to hand { $product } over to you
transfer-offered-intro = { $account } would like to hand over to you: { $product } ({ $plan }).
transfer-offered-meaning = Once you accept, the product is in your account: you decide about it, and its renewals are charged to you.
transfer-offered-paid = The term that is paid moves along; you do not pay it again.
transfer-offered-open = Its present term is invoiced and not paid yet. That invoice stays with whoever owes it; until it is paid, the product may be suspended.
transfer-offered-until = You can accept or decline until { $date }.
transfer-offered-next-known = After that you find the offer when you sign in.
transfer-offered-next-new = You open an account as you accept.
transfer-offered-ignore = If you do not expect this, ignore the message: the product stays with { $account }.
transfer-offered-action = View offer

transfer-accepted-subject-FORMER = { $product } is with { $new } now
transfer-accepted-subject-NEW = { $product } is in your account now
transfer-accepted-intro-FORMER = { $new } has accepted { $product }: it is not in your account any more.
transfer-accepted-intro-NEW = You have taken over { $product } from { $former }.
transfer-accepted-money-FORMER = From now on { $new } decides about it and pays for it. Your invoices stay yours, paid and unpaid.
transfer-accepted-money-NEW = From now on it is yours: you decide about it, its renewals are charged to you, and messages about it go to you.
transfer-accepted-stays-FORMER = You go on working on it as contributors.
transfer-accepted-stays-NEW = { $former } goes on working on it as a contributor, and sees none of your invoices. You can end that at any time.
transfer-accepted-leaves-FORMER = Your access to it has ended.
transfer-accepted-leaves-NEW = { $former } has no access to it any more.
transfer-accepted-action = View products

transfer-declined-subject-FORMER = { $email } has declined { $product }
transfer-declined-subject-NEW = You have declined { $product }
transfer-declined-intro-FORMER = { $email } has declined to take over { $product }.
transfer-declined-intro-NEW = You have declined to take over { $product } from { $former }.
transfer-declined-next-FORMER = It stays in your account, and nothing changes.
transfer-declined-next-NEW = It stays with { $former }, and nothing changes for you.
transfer-declined-action = View products

transfer-cancelled-subject = { $account } does not hand { $product } over any more
transfer-cancelled-intro = { $account } has called off the transfer of { $product } to you.
transfer-cancelled-next = There is nothing left for you to answer, and nothing changes.
transfer-cancelled-action = View products

transfer-expired-subject = No answer from { $email }
transfer-expired-intro = { $email } did not answer the offer to take over { $product } that you made on { $date }. The offer has lapsed.
transfer-expired-next = The product stays in your account. You can offer it again at any time.
transfer-expired-action = View products

payer-changed-subject = Change of payer: { $client } and { $partner }
payer-changed-intro-PARTNER = { $client } has changed who pays in your partnership.
payer-changed-intro-CLIENT = The payer in your partnership with { $partner } was changed. This is a copy for you.
payer-changed-old = Paid so far by
payer-changed-new = Paid from now on by
payer-changed-effective = Effective from
payer-changed-by = Changed by
payer-changed-price-PARTNER-PARTNER = What you order for { $client }, and what renews of it, is billed to you: at the public price less your partner discount. What { $client } orders itself, it pays itself at the public price.
payer-changed-price-PARTNER-CLIENT = What you order for { $client }, and what renews, is billed to { $client } at the public price. You no longer pay for it, and no partner discount is taken off.
payer-changed-price-CLIENT-PARTNER = What { $partner } orders for you, and what renews of it, is billed to { $partner }. What you order yourself is still billed to you at the public price.
payer-changed-price-CLIENT-CLIENT = What { $partner } orders for you, and what renews, is billed to you at the public price. You alone see these invoices.
payer-changed-cashback-PARTNER = Your discount takes the place of the cashback on what you pay. For what { $client } orders and pays itself, you still earn cashback.
payer-changed-cashback-CLIENT = You earn cashback on what { $client } pays, credited to your wallet.
payer-changed-past = Invoices already issued stay as they are.
payer-changed-action = View partnership

cart-sent-subject = { $name } has put a cart together for you
cart-sent-intro = { $name } has put products together for you. You complete the purchase yourself, and the products are installed in your account.
cart-sent-action = View cart
cart-next = Prices are without tax and as of today. Nothing is ordered until you complete the purchase.

cart-reminder-subject = The cart from { $name } is waiting for you
cart-reminder-intro = The products that { $name } has put together for you are still waiting. You complete the purchase yourself.
cart-reminder-action = View cart

cart-completed-subject = { $name } has completed your cart
cart-completed-intro = { $name } has bought what you had put into the cart.
cart-completed-access = You can look after the products within your access.
cart-completed-no-access = You have no access to the account of { $name } yet. It has been asked for, and the client decides.
cart-completed-action = View cart

access-needed-subject = { $name } needs access to your account
access-needed-intro = Products that { $name } had put together were bought for { $account }.
access-needed = { $name } needs access to look after these products for you. You set the access level; without your consent, nothing changes.
access-needed-action = Set access level

order-confirmation-subject = Order confirmation { $number }
order-confirmation-intro = Thank you for order { $number }.
order-confirmation-action = View order

order-confirmation-holder-subject = Order confirmation { $number }
order-confirmation-holder-intro = Products were ordered for you with order { $number }. { $payer } pays for them.
order-confirmation-holder-action = View products

invoice-issued-subject = Your invoice { $number }
invoice-issued-intro = Your invoice { $number } for { $total } is ready.
invoice-issued-due = The amount is due on { $date }.
invoice-issued-paid = The invoice is paid. There is nothing left for you to do.
invoice-issued-action = View invoice

credit-note-subject = Credit note { $number } for invoice { $invoice }
credit-note-intro = We have credited { $total } of your invoice { $invoice }. The credit note { $number } is ready.
credit-note-number = Credit note
credit-note-reason = Reason
credit-note-refunded = { $amount } comes back the way it was paid: to your payment method, or into your wallet.
credit-note-due = What is due on the invoice is reduced by that much; nothing of it had been paid yet.
credit-note-action = View credit note

cashback-reversed-subject = Cashback of { $amount } was taken back
cashback-reversed-intro = An invoice on which you earned cashback was credited. { $amount } of your cashback was taken back, in proportion.
cashback-reversed-pending = From what is still held
cashback-reversed-available = From what is available
cashback-reversed-next = If your wallet is below zero now, what you earn next makes up for it.
cashback-reversed-action = View wallet

payout-subject = { $amount } was paid out
payout-rejected-subject = The payout of { $amount } was rejected
payout-intro = We have transferred { $amount } from your wallet to your bank account.
payout-rejected = Your payout of { $amount } was rejected.
payout-holder = Account holder
payout-iban = IBAN
payout-days = It may take your bank a few days to show it.
payout-back = The amount is in your wallet again. Please check where payouts go, or ask the partner team.
payout-action = View wallet

cashback-statement-subject = Your cashback statement: { $amount } earned
cashback-statement-intro = This is what your wallet earned from { $from } to { $to }, and what became of it.
cashback-statement-opening = Held before
cashback-statement-earned = Earned
cashback-statement-reversed = Taken back
cashback-statement-spent = Spent on invoices
cashback-statement-paid-out = Paid out
cashback-statement-closing = Held after
cashback-statement-next = What was earned becomes available when its holding days are over.
cashback-statement-action = View wallet

product-cancelled-subject = { $product } is cancelled
product-cancelled-intro = { $product } was cancelled and has ended.
product-cancelled-ends = { $product } was cancelled. It runs until { $date } and then ends.
product-cancelled-by = Cancelled by
product-cancelled-now = It does not renew any more. What was paid for the rest of its term is not refunded.
product-cancelled-unpaid = Its renewal was not paid for. Its invoice is not collected any more.
product-cancelled-later = Until then everything stays as it is, and nothing more is billed. You can let it renew again before that day.
product-cancelled-action = View product

product-renewed-subject = { $product } was renewed
product-renewed-intro = { $product } was renewed and runs until its next renewal on { $date }.
product-renewed-action = View product

product-renewed-holder-action = View product

renewal-upcoming-subject = { $count ->
    [one] A product renews on { $date }
   *[other] { $count } products renew on { $date }
}
renewal-upcoming-intro = { $count ->
    [one] A product that you pay for renews on { $date }, and your payment method will be charged.
   *[other] { $count } products that you pay for renew on { $date }, and your payment method will be charged.
} { $days ->
    [one] That is in one day.
   *[other] That is in { $days } days.
}
renewal-upcoming-do = Until then you can change the term or the plan, or stop the renewal.
renewal-upcoming-action = View products

payer-failed-subject = { $product } is not paid for
payer-failed-intro = { $payer } pays for { $product }, and the payment of its renewal has failed several times.
payer-failed-suspends = Unless it is paid, the product will be suspended on { $date }.
payer-failed-action = Take the product over

product-suspended-subject = { $product } is suspended
product-suspended-intro = { $product } is suspended, because its renewal is not paid.
product-suspended-holder = { $product } is suspended, because { $payer } has not paid for its renewal.
product-suspended-cancels = Unless it is paid, the product will be cancelled on { $date }.
product-suspended-do = As soon as you pay the invoice, it is active again.
product-suspended-action = View product

product-restored-subject = { $product } is active again
product-restored-intro = The renewal of { $product } is paid, and the product is active again.
product-restored-renews = Its next renewal is on { $date }, as if it had been paid on time.
product-restored-action = View product

take-over = You can take it over yourself: renew the product, and it is active at once and billed to you from then on.

payment-failed-subject = Payment failed for invoice { $number }
payment-failed-intro = The payment of { $amount } for invoice { $number } could not be collected.
payment-failed-attempt = Attempt
payment-failed-step = { $step } of { $steps }
payment-failed-next = We will try again on { $date }.
payment-failed-last = This was the last automatic attempt.
payment-failed-suspends = Unless the invoice is paid, the products will be suspended on { $date }.
payment-failed-do = Please check your payment method or pay the invoice now.
payment-failed-action = Pay invoice

support-request-subject = [{ $account }] { $subject }
support-request-intro = { $name } asks for support for { $account }.
support-request-intro-partner = { $name } of { $partner } asks for support on behalf of { $account }, through the partnership of the two.
support-request-subject-line = Subject
support-request-account = Account
support-request-owner = Owner
support-request-partner = Acting partner
support-request-product = Product
support-request-email = Answer to
support-request-unverified = This address has not been verified yet.
support-request-reply = A reply to this message goes to { $name }.
support-request-action = Open the portal

webhook-disabled-subject = Webhook switched off: { $account }
webhook-disabled-silent = { $seller } has switched off a webhook of { $account }: nothing has arrived at its address for three days.
webhook-disabled-gone = { $seller } has switched off a webhook of { $account }: its address answered that it is gone (HTTP 410).
webhook-disabled-address = Address
webhook-disabled-since = Not reached since
webhook-disabled-next = What happens from now on is not sent to it. When the address can be reached again, switch the webhook on and have sent again what it has missed.
webhook-disabled-action = Open the portal
