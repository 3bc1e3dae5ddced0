# Español, con usted.

## Alrededor de cada mensaje

greeting = Buenos días, { $name }:
greeting-nameless = Buenos días:
link = Si el botón no funciona, abra este enlace:
automatic = Este mensaje se ha enviado automáticamente.
stop-mails = No recibir más correos de este tipo
fact = { $label }: { $value }
heading = { $label }:

## Palabras

access = Acceso
access-FULL = Acceso completo
access-PARTIAL = Acceso parcial
access-until = Fin del acceso
amount-due = Importe pendiente
company = Empresa
discount = Descuento de partner
email = Dirección de correo electrónico
ended-contributors = Colaboradores retirados
ended-invitations = Invitaciones retiradas
ended-keys = Claves de API revocadas
ended-members = Miembros retirados
ended-memberships = Cuentas de clientes de las que ya no es miembro
holder = Instalado para
invoice-number = Factura
issued-on = Fecha de emisión
net = Precio sin IVA
ordered-by = Pedido por
ordered-on = Fecha del pedido
payer = Paga
payer-CLIENT = el cliente
payer-PARTNER = el partner
period-start = Inicio del periodo
permissions = Permisos
permission-VIEW_PRODUCTS = Ver productos
permission-MANAGE_PRODUCTS = Gestionar productos
permission-PURCHASE = Pedir, renovar y cambiar de plan
permission-VIEW_INVOICES = Ver facturas
permission-MANAGE_BILLING = Gestionar la facturación
permission-MANAGE_MEMBERS = Gestionar miembros
permission-MANAGE_PARTNERS = Gestionar partners
permission-MANAGE_CLIENTS = Gestionar clientes
permission-CONTACT_SUPPORT = Contactar con soporte
plan = Plan
power-of-attorney = Poder
products = Productos
products-all = todos, presentes y futuros
received-on = Fecha de recepción
renews-on = Próxima renovación
role = Rol
role-OWNER = Titular
role-ADMIN = Administrador
role-BILLING = Facturación
role-TECHNICAL = Técnico
role-VIEWER = Solo lectura
signed-on = Fecha de la firma
subtotal = Subtotal sin IVA
tax = IVA
total = Total
valid-days = El enlace es válido durante { $days ->
    [one] un día
   *[other] { $days } días
}.
valid-hours = El enlace es válido durante { $hours ->
    [one] una hora
   *[other] { $hours } horas
}.
message-from = Mensaje de { $name }:
order-line = { $quantity } × { $plan }, { $months ->
    [one] un mes
   *[other] { $months } meses
}

## Una sección por tipo

verify-address-subject = Confirme su dirección de correo electrónico
verify-address-intro = Se ha registrado en { $seller }. Confirme que esta es su dirección de correo electrónico.
verify-address-action = Confirmar la dirección
verify-address-ignore = Si no ha sido usted, ignore este mensaje; no ocurrirá nada.

reset-password-subject = Restablezca su contraseña
reset-password-intro = Se ha solicitado una contraseña nueva para su usuario en { $seller }.
reset-password-action = Elegir una contraseña nueva
reset-password-ignore = Si no ha sido usted, ignore este mensaje; su contraseña no cambia.

member-invited-subject = Invitación de { $account }
member-invited-intro = { $name } le invita a ser miembro de { $account }.
member-invited-known = Puede aceptar con el usuario que ya tiene en { $seller }.
member-invited-new = Elegirá un nombre y una contraseña, que serán su usuario en { $seller }.
member-invited-ignore = Si no conoce a { $name }, ignore este mensaje; no ocurrirá nada.
member-invited-action = Ver la invitación

membership-changed-subject = Han cambiado sus permisos en { $account }
membership-changed-intro = { $name } ha cambiado sus permisos en { $account }.
membership-changed-next = Se aplican desde ahora, también a las claves de API que haya creado allí.
membership-changed-action = Ver la cuenta

membership-ended-subject = Ya no es miembro de { $account }
membership-ended-intro = { $name } ha puesto fin a su condición de miembro de { $account }.
membership-ended-with-partner = Su condición de miembro de { $account } se había concedido a través de la colaboración con { $partner } y ha terminado con ella.
membership-ended-clients = También ha terminado su acceso a { $count ->
    [one] la cuenta de un cliente
   *[other] las cuentas de { $count } clientes
}.
membership-ended-next = Su usuario sigue siendo válido y nada cambia en las demás cuentas de las que es miembro.
membership-ended-action = Ver sus cuentas

grants-ended-subject = Los accesos concedidos por { $partner } han terminado
grants-ended-intro = Su colaboración con { $partner } ya no incluye su cuenta. Los accesos concedidos a otros a través de ella han terminado con ella.
grants-ended-intro-less = Su colaboración con { $partner } incluye menos que antes. Los accesos concedidos a otros a través de ella que van más allá han terminado.
grants-ended-next = Usted puede invitar directamente a quienes deban seguir trabajando con su cuenta.
grants-ended-action = Ver los miembros

ownership-transferred-subject = { $account } tiene un nuevo titular
ownership-transferred-intro-NEW = { $former } le ha cedido { $account }: ahora el titular es usted.
ownership-transferred-intro-FORMER = Usted ha cedido { $account }: ahora el titular es { $new }.
ownership-transferred-next-NEW = Tiene allí todos los permisos. { $former } sigue siendo miembro, como administrador.
ownership-transferred-next-FORMER = Usted sigue siendo miembro, como administrador. Si no ha sido usted, escríbanos de inmediato.
ownership-transferred-action = Ver la cuenta

invitation-received-subject = { $name } le ofrece acceso
invitation-received-intro = { $name } desea trabajar con usted y le ofrece acceso a su propia cuenta.
invitation-received-next = Puede conectar al cliente o rechazar la invitación hasta el { $date }.
invitation-received-action = Ver la invitación

access-requested-subject = { $name } solicita acceso a su cuenta
access-requested-intro = { $name } desea ocuparse de sus productos y solicita acceso a su cuenta.
access-requested-next = Usted decide qué acceso concede, hasta el { $date }. Sin su consentimiento no cambia nada.
access-requested-later = Después encontrará la solicitud en su cuenta.
access-requested-action = Definir el acceso

invitation-accepted-subject = { $name } ha aceptado
invitation-accepted-intro-CLIENT_TO_PARTNER = { $name } ha aceptado el acceso que usted ofreció a su cuenta.
invitation-accepted-intro-PARTNER_TO_CLIENT = { $name } le ha concedido acceso a su propia cuenta.
invitation-accepted-next-CLIENT_TO_PARTNER = Puede cambiar o retirar este acceso en cualquier momento.
invitation-accepted-next-PARTNER_TO_CLIENT = Ya puede trabajar para { $name } dentro de estos permisos.
invitation-accepted-action = Ver la colaboración

invitation-rejected-subject = { $name } ha rechazado
invitation-rejected-intro-CLIENT_TO_PARTNER = { $name } ha rechazado el acceso que usted ofreció a su cuenta.
invitation-rejected-intro-PARTNER_TO_CLIENT = { $name } ha rechazado su solicitud de acceso.
invitation-rejected-next = No se ha concedido ningún acceso y para usted no cambia nada. La invitación queda cerrada.
invitation-rejected-action = Ver la invitación

invitation-withdrawn-subject-CLIENT_TO_PARTNER = { $name } ha retirado su oferta de acceso
invitation-withdrawn-subject-PARTNER_TO_CLIENT = { $name } ya no solicita acceso
invitation-withdrawn-intro-CLIENT_TO_PARTNER = { $name } ha retirado la oferta de acceso a su propia cuenta que le había hecho.
invitation-withdrawn-intro-PARTNER_TO_CLIENT = { $name } ha retirado la solicitud de acceso a la cuenta de usted.
invitation-withdrawn-next = Ya no tiene que responder y no cambia nada.
invitation-withdrawn-action = Ver la invitación

invitation-expired-subject = Sin respuesta de { $name }
invitation-expired-intro-CLIENT_TO_PARTNER = { $name } no ha respondido a su oferta de acceso del { $date }. La oferta ha caducado.
invitation-expired-intro-PARTNER_TO_CLIENT = { $name } no ha respondido a su solicitud de acceso del { $date }. La solicitud ha caducado.
invitation-expired-next = No se ha concedido ningún acceso. Puede volver a intentarlo en cualquier momento.
invitation-expired-action = Ver la invitación

access-changed-subject = { $name } ha cambiado el acceso
access-changed-intro = { $name } ha cambiado el acceso previsto en su colaboración. Desde ahora es el siguiente:
access-changed-next = Lo que ya no figura aquí ha terminado.
access-changed-action = Ver la colaboración

access-expiring-subject = El acceso termina en { $days ->
    [one] un día
   *[other] { $days } días
}: { $client } y { $partner }
access-expiring-intro-CLIENT = El acceso de { $partner } a su cuenta está a punto de terminar.
access-expiring-intro-PARTNER = Su acceso a la cuenta de { $client } está a punto de terminar.
access-expiring-next-CLIENT = Si { $partner } debe seguir ocupándose de sus productos, cambie la fecha antes de ese día. De lo contrario, no tiene que hacer nada: las renovaciones posteriores se le facturarán a usted.
access-expiring-next-PARTNER = Solo { $client } puede aplazar esta fecha. Las renovaciones posteriores se facturarán a { $client }.
access-expiring-action = Ver la colaboración

access-ended-subject = Acceso terminado: { $client } y { $partner }
access-ended-intro-CLIENT = { $partner } ya no tiene acceso a su cuenta.
access-ended-intro-PARTNER = Ya no tiene acceso a la cuenta de { $client }.
access-ended-at = Terminado el
access-ended-by = Terminado por
access-ended-time = vencimiento del plazo acordado
access-ended-next-CLIENT = Las próximas renovaciones se le facturarán a usted. Las facturas ya emitidas no cambian.
access-ended-next-PARTNER = Las próximas renovaciones se facturarán a { $client }. Las facturas ya emitidas y lo que usted ha ganado no cambian.
access-ended-action = Ver la colaboración

claim-account-subject = { $partner } ha abierto una cuenta para usted
claim-account-intro = { $partner } ha abierto en su nombre la cuenta { $account } en { $seller }. La cuenta es de usted. { $partner } declara que usted otorgó un poder para ello:
claim-account-terms = Con él, { $partner } tiene el siguiente acceso a su cuenta:
claim-account-next = Elija una contraseña e indíquenos si otorgó este poder. Si no fue así, indíquelo allí mismo: { $partner } perderá de inmediato el acceso hasta que hayamos examinado el caso.
claim-account-later = Después podrá entrar mediante «He olvidado mi contraseña».
claim-account-action = Tomar posesión de la cuenta

power-of-attorney-answered-subject-confirmed = { $name } ha confirmado su poder
power-of-attorney-answered-subject-disputed = { $name } impugna su poder
power-of-attorney-answered-intro-confirmed = { $name } ha confirmado el poder con el que usted abrió la cuenta.
power-of-attorney-answered-intro-disputed = { $name } declara no haber otorgado el poder con el que usted abrió la cuenta.
power-of-attorney-answered-next-confirmed = Su acceso no cambia.
power-of-attorney-answered-next-disputed = Su acceso a la cuenta de { $name } queda congelado hasta que decidamos. Tenga preparado el documento: se lo pediremos.
power-of-attorney-answered-action = Ver la colaboración

power-of-attorney-decided-subject = Decisión sobre el poder: { $client } y { $partner }
power-of-attorney-decided-intro = { $seller } ha decidido sobre el poder con el que { $partner } abrió la cuenta de { $client }.
power-of-attorney-decided-upheld-CLIENT = El poder es válido: { $partner } vuelve a tener acceso, como antes. Puede limitarlo o retirarlo en cualquier momento.
power-of-attorney-decided-upheld-PARTNER = El poder es válido: usted vuelve a tener acceso, como antes.
power-of-attorney-decided-ended-CLIENT = El poder no es válido: { $partner } ya no tiene acceso a su cuenta. Las próximas renovaciones se le facturarán a usted.
power-of-attorney-decided-ended-PARTNER = El poder no es válido: la colaboración ha terminado y, con ella, su acceso. Las próximas renovaciones se facturarán a { $client }.
power-of-attorney-decided-action = Ver la colaboración

inquiry-received-subject = Consulta de { $name }
inquiry-received-intro = { $name } le ha escrito a través de su perfil público.
inquiry-received-next = No se ha comprobado quién ha escrito esto. Puede asignar la consulta a un cliente, una sola vez.
inquiry-received-action = Ver la consulta

contributor-invited-subject = { $account } comparte { $product } con usted
contributor-invited-intro-VIEWER = { $account } le permite ver { $product } y seguir el avance del trabajo.
contributor-invited-intro-EDITOR = { $account } le permite trabajar en { $product }.
contributor-invited-next-known = Inicie sesión como de costumbre: ya tiene acceso.
contributor-invited-next-new = Tendrá acceso en cuanto se registre con esta dirección y la confirme.
contributor-invited-ignore = Si no esperaba este mensaje, ignórelo; no le cuesta nada ni le compromete a nada.
contributor-invited-action = Abrir la invitación

transfer-offered-subject = { $account } desea traspasarle { $product }
transfer-offered-intro = { $account } desea traspasarle: { $product } ({ $plan }).
transfer-offered-meaning = En cuanto acepte, el producto estará en su cuenta: usted decide sobre él y las renovaciones se le cobran a usted.
transfer-offered-paid = El periodo ya pagado se traspasa con él; no lo paga otra vez.
transfer-offered-open = Su periodo actual está facturado y aún no pagado. Esa factura sigue a cargo de quien la debe; mientras no se pague, el producto puede suspenderse.
transfer-offered-until = Puede aceptar o rechazar hasta el { $date }.
transfer-offered-next-known = Después encontrará la oferta al iniciar sesión.
transfer-offered-next-new = Al aceptar, abre una cuenta.
transfer-offered-ignore = Si no esperaba este mensaje, ignórelo: el producto sigue siendo de { $account }.
transfer-offered-action = Ver la oferta

transfer-accepted-subject-FORMER = { $product } pertenece ahora a { $new }
transfer-accepted-subject-NEW = { $product } está ahora en su cuenta
transfer-accepted-intro-FORMER = { $new } ha aceptado { $product }: ya no está en la cuenta de usted.
transfer-accepted-intro-NEW = Ha recibido { $product } de { $former }.
transfer-accepted-money-FORMER = Desde ahora { $new } decide sobre él y lo paga. Sus facturas siguen siendo suyas, pagadas o no.
transfer-accepted-money-NEW = Desde ahora es de usted: usted decide sobre él, las renovaciones se le cobran a usted y los mensajes sobre él le llegan a usted.
transfer-accepted-stays-FORMER = Usted sigue trabajando en él como colaborador.
transfer-accepted-stays-NEW = { $former } sigue trabajando en él como colaborador y no ve ninguna de sus facturas. Puede ponerle fin en cualquier momento.
transfer-accepted-leaves-FORMER = Su acceso a este producto ha terminado.
transfer-accepted-leaves-NEW = { $former } ya no tiene acceso a él.
transfer-accepted-action = Ver los productos

transfer-declined-subject-FORMER = { $email } ha rechazado { $product }
transfer-declined-subject-NEW = Ha rechazado { $product }
transfer-declined-intro-FORMER = { $email } ha rechazado recibir { $product }.
transfer-declined-intro-NEW = Ha rechazado recibir { $product } de { $former }.
transfer-declined-next-FORMER = El producto sigue en su cuenta y no cambia nada.
transfer-declined-next-NEW = El producto sigue siendo de { $former } y para usted no cambia nada.
transfer-declined-action = Ver los productos

transfer-cancelled-subject = { $account } ya no traspasa { $product }
transfer-cancelled-intro = { $account } ha cancelado el traspaso de { $product } a usted.
transfer-cancelled-next = Ya no tiene que responder y no cambia nada.
transfer-cancelled-action = Ver los productos

transfer-expired-subject = Sin respuesta de { $email }
transfer-expired-intro = { $email } no ha respondido a su oferta de traspaso de { $product } del { $date }. La oferta ha caducado.
transfer-expired-next = El producto sigue en su cuenta. Puede volver a ofrecerlo en cualquier momento.
transfer-expired-action = Ver los productos

payer-changed-subject = Cambio de pagador: { $client } y { $partner }
payer-changed-intro-PARTNER = { $client } ha cambiado quién paga en su colaboración.
payer-changed-intro-CLIENT = Ha cambiado quién paga en su colaboración con { $partner }. Este mensaje es una copia para usted.
payer-changed-old = Pagador hasta ahora
payer-changed-new = Pagador desde ahora
payer-changed-effective = Con efecto desde
payer-changed-by = Cambiado por
payer-changed-price-PARTNER-PARTNER = Lo que usted pida para { $client }, y sus renovaciones, se le factura a usted al precio público menos su descuento de partner. Lo que { $client } pida por su cuenta lo paga { $client } al precio público.
payer-changed-price-PARTNER-CLIENT = Lo que usted pida para { $client }, y lo que se renueve, se factura a { $client } al precio público. Usted ya no lo paga y no se aplica ningún descuento de partner.
payer-changed-price-CLIENT-PARTNER = Lo que { $partner } pida para usted, y sus renovaciones, se factura a { $partner }. Lo que usted pida directamente se le sigue facturando a usted al precio público.
payer-changed-price-CLIENT-CLIENT = Lo que { $partner } pida para usted, y lo que se renueve, se le factura a usted al precio público. Solo usted ve esas facturas.
payer-changed-cashback-PARTNER = En lo que usted paga, su descuento sustituye al cashback. Por lo que { $client } pida y pague por su cuenta, usted sigue recibiendo cashback.
payer-changed-cashback-CLIENT = Usted recibe cashback por lo que paga { $client }; se abona en su saldo.
payer-changed-past = Las facturas ya emitidas no cambian.
payer-changed-action = Ver la colaboración

cart-sent-subject = { $name } ha preparado un carrito para usted
cart-sent-intro = { $name } ha seleccionado productos para usted. Usted completa la compra y los productos se instalan en su cuenta.
cart-sent-action = Ver el carrito
cart-next = Los precios son sin IVA y a fecha de hoy. No se pide nada hasta que usted complete la compra.

cart-reminder-subject = El carrito de { $name } le espera
cart-reminder-intro = Los productos que { $name } ha seleccionado para usted siguen a la espera. Usted completa la compra.
cart-reminder-action = Ver el carrito

cart-completed-subject = { $name } ha comprado su carrito
cart-completed-intro = { $name } ha comprado lo que usted había puesto en el carrito.
cart-completed-access = Puede ocuparse de los productos dentro de su acceso.
cart-completed-no-access = Aún no tiene acceso a la cuenta de { $name }. Se ha solicitado, y la decisión es del cliente.
cart-completed-action = Ver el carrito

access-needed-subject = { $name } necesita acceso a su cuenta
access-needed-intro = Se han comprado para { $account } productos seleccionados por { $name }.
access-needed = { $name } necesita acceso para ocuparse de estos productos por usted. Usted define su alcance; sin su consentimiento no cambia nada.
access-needed-action = Definir el acceso

order-confirmation-subject = Confirmación del pedido { $number }
order-confirmation-intro = Gracias por el pedido { $number }.
order-confirmation-action = Ver el pedido

order-confirmation-holder-subject = Confirmación del pedido { $number }
order-confirmation-holder-intro = Con el pedido { $number } se han pedido productos para usted. El pago corre a cargo de { $payer }.
order-confirmation-holder-action = Ver los productos

invoice-issued-subject = Su factura { $number }
invoice-issued-intro = Su factura { $number } por { $total } está disponible.
invoice-issued-due = El importe vence el { $date }.
invoice-issued-paid = La factura está pagada. No tiene que hacer nada más.
invoice-issued-action = Ver la factura

credit-note-subject = Factura rectificativa { $number } de la factura { $invoice }
credit-note-intro = Le hemos abonado { $total } de su factura { $invoice }. La factura rectificativa { $number } está disponible.
credit-note-number = Factura rectificativa
credit-note-reason = Motivo
credit-note-refunded = La devolución de { $amount } se hace por la misma vía que el pago: a su medio de pago o a su saldo.
credit-note-due = El importe pendiente de la factura se reduce en esa cantidad; aún no se había pagado nada de ella.
credit-note-action = Ver la factura rectificativa

cashback-reversed-subject = Anulación de cashback por { $amount }
cashback-reversed-intro = Se ha rectificado una factura por la que usted había recibido cashback. Su cashback se ha anulado en proporción, por { $amount }.
cashback-reversed-pending = Del importe aún retenido
cashback-reversed-available = Del importe disponible
cashback-reversed-next = Si su saldo es ahora negativo, se compensará con lo próximo que gane.
cashback-reversed-action = Ver el saldo

payout-subject = Se han liquidado { $amount }
payout-rejected-subject = Se ha rechazado la liquidación de { $amount }
payout-intro = Hemos transferido { $amount } de su saldo a su cuenta bancaria.
payout-rejected = Su liquidación de { $amount } se ha rechazado.
payout-holder = Titular de la cuenta
payout-iban = IBAN
payout-days = Su banco puede tardar unos días en mostrarlo.
payout-back = El importe vuelve a estar en su saldo. Compruebe la cuenta de destino o consulte al equipo de partners.
payout-action = Ver el saldo

cashback-statement-subject = Su extracto de cashback: { $amount } ganados
cashback-statement-intro = Esto es lo que ganó su saldo del { $from } al { $to }, y qué fue de ello.
cashback-statement-opening = Saldo anterior
cashback-statement-earned = Ganado
cashback-statement-reversed = Anulado
cashback-statement-spent = Gastado en facturas
cashback-statement-paid-out = Liquidado
cashback-statement-closing = Saldo posterior
cashback-statement-next = Lo ganado estará disponible cuando termine su plazo de retención.
cashback-statement-action = Ver el saldo

product-cancelled-subject = Baja de { $product }
product-cancelled-intro = { $product } se ha dado de baja y ha terminado.
product-cancelled-ends = { $product } se ha dado de baja. Sigue activo hasta el { $date } y entonces termina.
product-cancelled-by = Dado de baja por
product-cancelled-now = Ya no se renueva. Lo pagado por el resto del periodo no se devuelve.
product-cancelled-unpaid = Su renovación no se ha pagado. La factura ya no se cobra.
product-cancelled-later = Hasta entonces todo sigue igual y no se factura nada más. Antes de ese día puede volver a activar la renovación.
product-cancelled-action = Ver el producto

product-renewed-subject = { $product } se ha renovado
product-renewed-intro = { $product } se ha renovado y sigue activo hasta su próxima renovación, el { $date }.
product-renewed-action = Ver el producto

product-renewed-holder-action = Ver el producto

renewal-upcoming-subject = { $count ->
    [one] Un producto se renueva el { $date }
   *[other] { $count } productos se renuevan el { $date }
}
renewal-upcoming-intro = { $count ->
    [one] Un producto que usted paga se renueva el { $date }; entonces se cargará en su medio de pago.
   *[other] { $count } productos que usted paga se renuevan el { $date }; entonces se cargarán en su medio de pago.
} { $days ->
    [one] Falta un día.
   *[other] Faltan { $days } días.
}
renewal-upcoming-do = Hasta entonces puede cambiar el plazo o el plan, o desactivar la renovación.
renewal-upcoming-action = Ver los productos

payer-failed-subject = { $product } no está pagado
payer-failed-intro = { $payer } paga por { $product }, y el pago de su renovación ha fallado varias veces.
payer-failed-suspends = Si no se paga, el producto se suspenderá el { $date }.
payer-failed-action = Hacerse cargo del producto

product-suspended-subject = { $product } está suspendido
product-suspended-intro = { $product } está suspendido porque su renovación no está pagada.
product-suspended-holder = { $product } está suspendido porque { $payer } no ha pagado su renovación.
product-suspended-cancels = Sin pago, el producto se dará de baja el { $date }.
product-suspended-do = En cuanto pague la factura, volverá a estar activo.
product-suspended-action = Ver el producto

product-restored-subject = { $product } vuelve a estar activo
product-restored-intro = La renovación de { $product } está pagada, y el producto vuelve a estar activo.
product-restored-renews = Su próxima renovación es el { $date }, como si se hubiera pagado a tiempo.
product-restored-action = Ver el producto

take-over = Puede hacerse cargo usted: renueve el producto y estará activo al momento; desde entonces se le facturará a usted.

payment-failed-subject = Pago fallido de la factura { $number }
payment-failed-intro = No se ha podido cobrar el pago de { $amount } de la factura { $number }.
payment-failed-attempt = Intento
payment-failed-step = { $step } de { $steps }
payment-failed-next = Volveremos a intentarlo el { $date }.
payment-failed-last = Este ha sido el último intento automático.
payment-failed-suspends = Si la factura no se paga, los productos se suspenderán el { $date }.
payment-failed-do = Compruebe su medio de pago o pague la factura ahora.
payment-failed-action = Pagar la factura

support-request-subject = [{ $account }] { $subject }
support-request-intro = { $name } pide ayuda para { $account }.
support-request-intro-partner = { $name }, de { $partner }, pide ayuda en nombre de { $account }, en el marco de la colaboración entre ambos.
support-request-subject-line = Asunto
support-request-account = Cuenta
support-request-owner = Titular de la cuenta
support-request-partner = Partner que actúa
support-request-product = Producto
support-request-email = Responder a
support-request-unverified = Esta dirección aún no se ha verificado.
support-request-reply = La respuesta a este mensaje llega a { $name }.
support-request-action = Abrir el portal

webhook-disabled-subject = Webhook desactivado: { $account }
webhook-disabled-silent = { $seller } ha desactivado un webhook de { $account }: desde hace tres días no llega nada a su dirección.
webhook-disabled-gone = { $seller } ha desactivado un webhook de { $account }: su dirección ha respondido que ya no existe (HTTP 410).
webhook-disabled-address = Dirección
webhook-disabled-since = Sin respuesta desde
webhook-disabled-next = Lo que ocurra a partir de ahora ya no se le envía. Cuando la dirección vuelva a estar disponible, active el webhook y haga reenviar lo que se ha perdido.
webhook-disabled-action = Abrir el portal
